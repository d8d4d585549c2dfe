"""Every parameter of the simulated world: its meaning, unit and bounds. The values stand in `world.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from analytics_platform.simulation.parameter import Part, parameter, share, spread
from analytics_platform.simulation.text_parameters import Panel, Texts

Role = Literal["student", "teacher"]
Feature = Literal["summarize", "quiz", "explain", "flashcards", "chat"]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]

Mechanism = Literal[
    "activity_logit",
    "leave_logit",
    "session_logit",
    "depth_log",
    "seconds_log",
    "quiz_logit",
    "quality",
    "latency_log",
    "paywall_logit",
    "trial_logit",
    "convert_logit",
]


class Country(Part):
    """A country and its school year; periods are month-days and may cross the new year."""

    weight: float = parameter("relative share of sign-ups", "weight", gt=0)
    breaks: list[tuple[MonthDay, MonthDay]] = parameter("school holidays, both days included", "MM-DD")
    exams: list[tuple[MonthDay, MonthDay]] = parameter("exam weeks, both days included", "MM-DD")


class Calendar(Part):
    """How the calendar moves activity."""

    weekend_student_logit: float = parameter("change of a student's activity at weekends in term", "logit")
    weekend_teacher_logit: float = parameter("change of a teacher's activity at weekends in term", "logit")
    break_logit: float = parameter("change of activity in school holidays", "logit")
    exam_logit: float = parameter("change of activity in exam weeks", "logit")
    weekend_signups: float = share("sign-ups at a weekend day relative to a weekday")
    break_signups: float = share("sign-ups on a holiday relative to a term day")


class Population(Part):
    """Who lives in the world."""

    teacher_share: float = share("teachers among users")
    classroom_share: float = share("students who belong to a classroom")
    classroom_students: tuple[int, int] = parameter("least and most students of a classroom", "students")
    classrooms_per_school: int = parameter("classrooms of a school", "classrooms", ge=1)
    class_joins_days: float = parameter("mean delay of a student's sign-up after the teacher's", "days", gt=0)
    signup_growth: float = parameter("sign-ups on the last day relative to the first", "ratio", gt=0)
    intent_sd: float = spread("spread of the wish to study with the product", "logit")
    teacher_intent: float = parameter("teachers' mean intent above students'", "logit")
    classroom_sd: float = spread("spread of a classroom's shared effect on activity", "logit")
    classroom_seconds_sd: float = spread("spread of a classroom's shared effect on engagement", "log")
    seconds_sd: float = spread("spread of users' own pace", "log")
    depth_sd: float = spread("spread of users' own session depth", "log")
    depth_by_intent: float = parameter("session depth gained by one logit of intent", "log")
    quiz_by_intent: float = parameter("liking of quizzes gained by one logit of intent", "logit")
    quiz_by_ability: float = parameter("liking of quizzes gained by one SD of ability", "logit")
    quiz_by_classroom: float = parameter("liking of quizzes gained by having a teacher here", "logit")
    quiz_sd: float = spread("spread of the liking of quizzes that nothing explains", "logit")
    platforms: dict[Literal["web", "ios", "android"], float] = parameter("users by client", "weight")
    channels: dict[str, float] = parameter("independent users by acquisition channel", "weight")


class Activity(Part):
    """Whether a user comes on a day, leaves, or returns."""

    base_logit: float = parameter("activity of an average user in mid-week of term", "logit")
    fresh_logit: float = parameter("activity gained by having just signed up", "logit")
    fresh_days: float = parameter("half-life of that gain", "days", gt=0)
    habit_gain: float = parameter("activity gained as habit goes from 0 to 1", "logit")
    habit_memory: float = parameter("share of habit that a day keeps", "share", ge=0, lt=1)
    experience_gain: float = parameter("activity gained by one unit of experience", "logit")
    experience_memory: float = parameter("share of experience that an active day keeps", "share", ge=0, lt=1)
    quiz_gain: float = parameter("activity gained as the quiz habit goes from 0 to 1 (causal)", "logit")
    quiz_imprint: float = share("quiz habit after a quiz on the day of sign-up")
    quiz_memory: float = parameter("share of the quiz habit that a day keeps", "share", ge=0, lt=1)
    assignment_share: float = share("school days on which a class gets an assignment")
    assignment_logit: float = parameter("activity gained by an assignment", "logit")
    paid_logit: float = parameter("activity gained by a paid plan", "logit")
    bounce_logit: float = parameter("leaving on the day of sign-up", "logit")
    leave_logit: float = parameter("leaving on a later day, with no habit and no idle days", "logit")
    leave_by_habit: float = parameter("change of leaving as habit goes from 0 to 1", "logit")
    leave_by_experience: float = parameter("change of leaving by one unit of experience", "logit")
    leave_by_intent: float = parameter("change of leaving by one logit of intent", "logit")
    leave_by_quiz: float = parameter("change of leaving as the quiz habit goes from 0 to 1 (causal)", "logit")
    leave_by_idle: float = parameter("change of leaving by one e-fold of idle days", "logit")
    classroom_leave_logit: float = parameter("change of leaving by belonging to a classroom", "logit")
    return_hazard: float = share("users gone who return, a day")


class Sessions(Part):
    """What happens on an active day."""

    again_logit: dict[Role, float] = parameter("one more session that day", "logit")
    depth_log: dict[Role, float] = parameter("median uses in a session", "log uses")
    depth_sd: float = spread("spread of depth from session to session", "log")
    depth_most: int = parameter("most uses in a session", "uses", ge=1, le=120)
    hours: dict[Role, dict[int, float]] = parameter("starts of sessions by hour of the day", "weight")
    first_feature: dict[Role, dict[Feature, float]] = parameter("first feature of a session", "weight")
    next_feature: dict[Feature, dict[Feature, float]] = parameter("feature that follows a feature", "weight")
    seconds: dict[Feature, float] = parameter("median engagement with a use", "s")
    seconds_sd: float = spread("spread of engagement from use to use", "log")
    teacher_seconds_log: float = parameter("teachers' engagement with a use against students'", "log")
    pause_seconds: float = parameter("mean pause between uses", "s", gt=0, le=60)


class ModelVersion(Part):
    """A version of the language model."""

    name: str = parameter("name in `model_version`")
    from_day: int = parameter("day of the world on which it replaces the one before", "day", ge=0)
    quality: float = parameter("mean quality of its answers", "quality")
    failure_share: float = share("answers that fail or refuse")
    latency_ms: float = parameter("median latency of 300 output tokens", "ms", gt=0)
    usd_per_1k_input_tokens: float = parameter("price of 1,000 input tokens", "USD", ge=0)
    usd_per_1k_output_tokens: float = parameter("price of 1,000 output tokens", "USD", ge=0)
    error_logit: float = parameter("change of the errors in its answers", "logit", default=0.0)
    format_failure_share: float = parameter(
        "answers that come empty, cut off or in a wrong format", "share", default=0.0, ge=0, le=1
    )


class PromptVersion(Part):
    """A version of the prompt templates."""

    name: str = parameter("name in `prompt_version`")
    from_day: int = parameter("day of the world on which it replaces the one before", "day", ge=0)
    quality: float = parameter("change of quality that it brings", "quality")
    error_logit: float = parameter("change of the errors in answers", "logit", default=0.0)


class Interactions(Part):
    """Quality of answers and what users say of it."""

    models: list[ModelVersion] = Field(description="versions of the model, by day", min_length=1)
    prompts: list[PromptVersion] = Field(description="versions of the prompt, by day", min_length=1)
    feature_quality: dict[Feature, float] = parameter("quality by feature", "quality")
    ability_quality: float = parameter("quality felt, gained by one SD of ability", "quality")
    quality_sd: float = spread("spread of quality from answer to answer", "quality")
    failure_quality: float = parameter("change of quality when an answer fails", "quality")
    expectation_memory: float = parameter(
        "share of expectation that an active day keeps", "share", ge=0, lt=1
    )
    latency_patience: float = parameter("experience lost as latency grows by an e-fold", "quality")
    rating_logit: float = parameter("rating an answer that was as expected", "logit")
    rating_by_surprise: float = parameter("rating gained by one unit of surprise, good or bad", "logit")
    rating_teacher_logit: float = parameter("teachers' rating against students'", "logit")
    severity_sd: float = spread("spread of raters' severity", "quality")
    mood_sd: float = spread("spread of mood from rating to rating", "quality")
    thresholds: tuple[float, float, float, float] = parameter(
        "least quality felt for 2, 3, 4, 5 stars", "quality"
    )
    input_tokens: dict[Feature, float] = parameter("median tokens sent", "tokens")
    output_tokens: dict[Feature, float] = parameter("median tokens received", "tokens")
    tokens_sd: float = spread("spread of tokens from call to call", "log")
    latency_sd: float = spread("spread of latency from call to call", "log")


class Money(Part):
    """Paywall, trial, subscription."""

    paywall_uses: float = parameter(
        "uses in a week at which half of free users meet the paywall", "uses", gt=0
    )
    paywall_logit: float = parameter("meeting the paywall at twice those uses", "logit")
    trial_logit: float = parameter("starting a trial at a paywall", "logit")
    trial_by_experience: float = parameter("trial gained by one unit of experience", "logit")
    price_sd: float = spread("spread of price sensitivity", "logit")
    teacher_price: float = parameter("teachers' price sensitivity against students'", "logit")
    trial_days: int = parameter("length of a trial", "days", ge=1, le=90)
    convert_logit: float = parameter("subscribing at the trial's end without habit", "logit")
    convert_by_habit: float = parameter("subscribing gained as habit goes from 0 to 1", "logit")
    convert_by_experience: float = parameter("subscribing gained by one unit of experience", "logit")
    renewal_days: int = parameter("days between renewals", "days", ge=1, le=366)
    cancel_logit: float = parameter("cancelling at renewal without habit", "logit")
    cancel_by_habit: float = parameter("change of cancelling as habit goes from 0 to 1", "logit")


class Delivery(Part):
    """How events reach the log, and what goes wrong on the way."""

    late_hour_share: float = share("events received more than an hour late")
    late_day_share: float = share("events received more than a day late")
    duplicate_share: float = share("events delivered twice")
    duplicate_day: int | None = parameter("day of the world with a storm of duplicates", "day", ge=0)
    duplicate_day_share: float = share("events delivered twice on that day")
    outage_day: int | None = parameter("day of the world on which the log lost an hour", "day", ge=0)
    outage_hour: int = parameter("the hour lost", "hour", ge=0, le=23)
    outage_spared: Literal["web", "ios", "android"] = parameter("the only platform that kept logging")
    skew_platform: Literal["web", "ios", "android"] = parameter("platform with wrong clocks")
    skew_share: float = share("users of that platform whose clock is wrong")
    skew_seconds: float = parameter("by how much those clocks are fast", "s", ge=0, le=3600)
    bot_days: list[int] = parameter("days of the world on which a bot signs up", "day")
    bot_uses: int = parameter("uses of a bot on a day", "uses", ge=600, le=20_000)


class Experiment(Part):
    """A randomised experiment and its planted effects, by mechanism and role."""

    id: str = parameter("name in `experiment_id`")
    hypothesis: str = parameter("what it was meant to show")
    unit: Literal["user", "classroom"] = parameter("what was randomised")
    first_day: int = parameter("first day of the world on which users are enrolled", "day", ge=0)
    last_day: int = parameter("last day of the world of enrolment and effect", "day", ge=0)
    treated_share: float = parameter("share allotted to treatment", "share", gt=0, lt=1)
    effects: dict[Mechanism, dict[Role, float]] = parameter(
        "planted change by mechanism and role", "mechanism's"
    )
    novelty_days: float | None = parameter(
        "half-life of the effect after exposure; none: it stays", "days", gt=0
    )
    spillover: float = share(
        "of the effect that a user gets when all classmates are treated but not the user"
    )
    model: str | None = parameter("model version that treated users are served; none: the one in force")
    lost_platform: Literal["web", "ios", "android"] | None = parameter(
        "platform whose treated exposures get lost"
    )
    lost_share: float = share("treated exposures lost on that platform")
    crossover_share: float = share("users logged in both variants")

    @model_validator(mode="after")
    def _days_in_order(self) -> "Experiment":
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} lies before first_day {self.first_day}")
        return self


class Launch(Part):
    """A feature that reaches countries one after the other."""

    feature: Feature = parameter("the feature")
    launch_day: dict[str, int] = parameter(
        "day of the world by country; a country left out never gets it", "day"
    )
    activity_logit: float = parameter("activity gained once the effect is full", "logit")
    ramp_days: float = parameter("days until the effect is full", "days", gt=0)


class Adoption(Part):
    """The question what an early habit causes that users choose for themselves."""

    first_signup_day: int = parameter("first sign-up day of the users asked about", "day", ge=0)
    last_signup_day: int = parameter("last sign-up day of the users asked about", "day", ge=0)
    age_days: int = parameter("days after sign-up on which quizzes are forced or withheld", "days", ge=1)
    retained_day: int = parameter("day after sign-up on which retention is observed", "day", ge=1)


class Parameters(Part):
    """The whole tree."""

    countries: dict[str, Country] = Field(description="countries by ISO code", min_length=1)
    calendar: Calendar
    population: Population
    activity: Activity
    sessions: Sessions
    interactions: Interactions
    texts: Texts
    panel: Panel
    money: Money
    delivery: Delivery
    experiments: list[Experiment]
    launch: Launch
    quiz_adoption: Adoption
