"""The raw tables. Every identifier is a 64-bit integer: `ingest` keeps numeric ids and hashes others."""

from analytics_platform.event_contract.column import Column, Contract, Kind

FEATURES = ("summarize", "quiz", "explain", "flashcards", "chat", "other")
EVENT_NAMES = (
    "signed_up",
    "feature_used",
    "rated",
    "paywall_viewed",
    "trial_started",
    "subscribed",
    "renewed",
    "cancelled",
)
PLATFORMS = ("web", "ios", "android", "other")
ROLES = ("student", "teacher")
PLANS = ("free", "trial", "paid")

USER_ID = Column("user_id", Kind.BIGINT, "The person.")
EVENT_DATE = Column(
    "event_date", Kind.DATE, "Reporting day of the row, in the reporting time zone; the partition."
)

EVENTS = Contract(
    table="raw.events",
    description="One row per delivery of an event: the same event may be delivered twice.",
    key=("event_id",),
    columns=(
        Column("event_id", Kind.BIGINT, "The event; equal on every delivery of the same event."),
        USER_ID,
        Column(
            "session_id",
            Kind.BIGINT,
            "The session as the product names it; absent where the log has none.",
            nullable=True,
        ),
        Column("event_time", Kind.TIMESTAMP, "When it happened, by the client's clock.", unit="UTC"),
        Column("event_name", Kind.TEXT, "What happened.", allowed=EVENT_NAMES),
        Column(
            "feature",
            Kind.TEXT,
            "The feature used or rated; absent for account and billing events.",
            nullable=True,
            allowed=FEATURES,
        ),
        Column(
            "engagement_seconds",
            Kind.DOUBLE,
            "Attention given to a feature use, kept to 1/64 s so that sums are exact in any order.",
            unit="s",
            nullable=True,
            minimum=0,
            maximum=86_400,
        ),
        Column(
            "llm_rating",
            Kind.BIGINT,
            "Stars that the user gave to an answer.",
            unit="stars",
            nullable=True,
            minimum=1,
            maximum=5,
        ),
        Column(
            "interaction_id",
            Kind.BIGINT,
            "The LLM interaction used or rated; a key of `raw.interactions`.",
            nullable=True,
        ),
        Column("platform", Kind.TEXT, "Client the event came from.", allowed=PLATFORMS),
        Column("plan", Kind.TEXT, "Plan of the user at that moment.", allowed=PLANS),
        Column("received_at", Kind.TIMESTAMP, "When the log received the delivery.", unit="UTC"),
        EVENT_DATE,
    ),
)

USERS = Contract(
    table="raw.users",
    description="One row per user, on the day of sign-up (or of first appearance in a real log).",
    key=("user_id",),
    is_register=True,
    columns=(
        USER_ID,
        Column("signed_up_at", Kind.TIMESTAMP, "Sign-up, or first appearance.", unit="UTC"),
        Column("role", Kind.TEXT, "What the person does here.", allowed=ROLES),
        Column("country", Kind.TEXT, "ISO 3166 two-letter code, `ZZ` where unknown."),
        Column("platform", Kind.TEXT, "Client used at sign-up.", allowed=PLATFORMS),
        Column("acquisition_channel", Kind.TEXT, "What brought the user.", nullable=True),
        Column("classroom_id", Kind.BIGINT, "Class that the user belongs to.", nullable=True),
        Column("school_id", Kind.BIGINT, "School that the user belongs to.", nullable=True),
        Column("source_user_id", Kind.TEXT, "The id as the source log writes it.", nullable=True),
        EVENT_DATE,
    ),
)

CLASSROOMS = Contract(
    table="raw.classrooms",
    description="One row per classroom, on the day it joined.",
    key=("classroom_id",),
    is_register=True,
    columns=(
        Column("classroom_id", Kind.BIGINT, "The class."),
        Column("school_id", Kind.BIGINT, "Its school."),
        Column("teacher_id", Kind.BIGINT, "Its teacher; a key of `raw.users`."),
        Column("country", Kind.TEXT, "ISO 3166 two-letter code."),
        Column("subject", Kind.TEXT, "Subject taught."),
        Column("grade_band", Kind.TEXT, "Grades taught, such as `9-10`."),
        Column("students", Kind.BIGINT, "Students on the class list.", unit="students", minimum=0),
        EVENT_DATE,
    ),
)

EXPOSURES = Contract(
    table="raw.exposures",
    description="One row per logged exposure of a user to a variant of an experiment.",
    key=("experiment_id", "user_id", "variant"),
    is_register=True,
    columns=(
        Column("experiment_id", Kind.TEXT, "The experiment."),
        USER_ID,
        Column("classroom_id", Kind.BIGINT, "Class of the user, the unit of clustered tests.", nullable=True),
        Column("variant", Kind.TEXT, "The variant shown."),
        Column("exposed_at", Kind.TIMESTAMP, "When it was first shown.", unit="UTC"),
        EVENT_DATE,
    ),
)

INTERACTIONS = Contract(
    table="raw.interactions",
    description="One row per call of the language model; texts where the product captured them.",
    key=("interaction_id",),
    columns=(
        Column("interaction_id", Kind.BIGINT, "The call."),
        USER_ID,
        Column("requested_at", Kind.TIMESTAMP, "When it was asked.", unit="UTC"),
        Column("feature", Kind.TEXT, "Feature that asked.", allowed=FEATURES),
        Column("model_version", Kind.TEXT, "Model that answered."),
        Column("prompt_version", Kind.TEXT, "Prompt template in force, `unknown` where the trace has none."),
        Column("status", Kind.TEXT, "How it ended.", allowed=("ok", "refused", "error")),
        Column("input_tokens", Kind.BIGINT, "Tokens sent.", unit="tokens", nullable=True, minimum=0),
        Column("output_tokens", Kind.BIGINT, "Tokens received.", unit="tokens", nullable=True, minimum=0),
        Column("latency_ms", Kind.BIGINT, "Time to the last token.", unit="ms", nullable=True, minimum=0),
        Column("cost_usd", Kind.DOUBLE, "Price of the call.", unit="USD", nullable=True, minimum=0),
        Column("source_text", Kind.TEXT, "What the answer was to be made from, as captured.", nullable=True),
        Column("output_text", Kind.TEXT, "The answer, as captured.", nullable=True),
        Column(
            "grade_level",
            Kind.BIGINT,
            "School grade that the reader declared.",
            unit="grade",
            nullable=True,
            minimum=0,
            maximum=20,
        ),
        Column("subject", Kind.TEXT, "Subject of the material.", nullable=True),
        Column("source_interaction_id", Kind.TEXT, "The id as the trace writes it.", nullable=True),
        EVENT_DATE,
    ),
)

HUMAN_RATINGS = Contract(
    table="raw.human_ratings",
    description="One row per judgement of one interaction by one expert on one criterion.",
    key=("interaction_id", "rater_id", "criterion"),
    columns=(
        Column("interaction_id", Kind.BIGINT, "The interaction judged."),
        Column("rater_id", Kind.BIGINT, "The expert."),
        Column("rater_group", Kind.TEXT, "Kind of expert, such as `teacher` or `trained`.", nullable=True),
        Column("criterion", Kind.TEXT, "What was judged, such as `unsupported`."),
        Column("score", Kind.DOUBLE, "The judgement, on the criterion's scale."),
        Column("rated_at", Kind.TIMESTAMP, "When it was judged.", unit="UTC"),
        Column("source_rater_id", Kind.TEXT, "The expert's id as the source writes it.", nullable=True),
        EVENT_DATE,
    ),
)

QUARANTINE = Contract(
    table="raw.quarantine",
    description="One row per rejected row of an ingested file, with the reason and the row itself.",
    key=("file_sha256", "row_number"),
    columns=(
        Column("file", Kind.TEXT, "File that held the row."),
        Column("file_sha256", Kind.TEXT, "Content hash of the file."),
        Column("row_number", Kind.BIGINT, "Row in the file, from 1, headers not counted."),
        Column("reason", Kind.TEXT, "Which rule the row broke."),
        Column("original", Kind.TEXT, "The row as JSON."),
        Column("quarantined_at", Kind.TIMESTAMP, "When it was rejected.", unit="UTC"),
    ),
)

INGESTED_FILES = Contract(
    table="raw.ingested_files",
    description="One row per ingested file: the ledger that makes a second ingest change nothing.",
    key=("file_sha256", "mapping_sha256"),
    columns=(
        Column("file", Kind.TEXT, "The file's path when it was ingested."),
        Column("file_sha256", Kind.TEXT, "Content hash of the file."),
        Column("mapping_sha256", Kind.TEXT, "Content hash of the mapping that read it."),
        Column("rows", Kind.BIGINT, "Rows in the file.", unit="rows"),
        Column("events", Kind.BIGINT, "New rows kept: events, or interactions and ratings.", unit="rows"),
        Column("quarantined", Kind.BIGINT, "Rows rejected.", unit="rows"),
        Column("repeated", Kind.BIGINT, "Those that the lake already held.", unit="rows"),
        Column("first_day", Kind.DATE, "First reporting day touched.", nullable=True),
        Column("last_day", Kind.DATE, "Last reporting day touched.", nullable=True),
        Column("ingested_at", Kind.TIMESTAMP, "When.", unit="UTC"),
    ),
)

CONTRACTS = {
    contract.table: contract
    for contract in (
        EVENTS,
        USERS,
        CLASSROOMS,
        EXPOSURES,
        INTERACTIONS,
        HUMAN_RATINGS,
        QUARANTINE,
        INGESTED_FILES,
    )
}
