"""Columns of the tables of segments."""

import pyarrow as pa

from analytics_platform.lakehouse.described import described

SEGMENTS, PROFILES = "behaviour.segments", "behaviour.segment_profiles"
TRANSITIONS, FITS = "behaviour.segment_transitions", "behaviour.segment_fits"

DESCRIPTIONS = {
    SEGMENTS: "One row per person, method and date: the person's segment, on the last day and 28 before.",
    PROFILES: "One row per segment and feature: how large the segment is and what sets it apart.",
    TRANSITIONS: "One row per pair of segments: who moved from one to the other within 28 days.",
    FITS: "One row per number of clusters that k-means was tried with: does that many come back?",
}
KEYS = {
    SEGMENTS: ("as_of_date", "method", "user_id"),
    PROFILES: ("as_of_date", "method", "segment", "feature"),
    TRANSITIONS: ("method", "from_as_of_date", "to_as_of_date", "from_segment", "to_segment"),
    FITS: ("as_of_date", "clusters"),
}

_TEXT, _NUMBER, _COUNT, _FLAG, _DATE = pa.string(), pa.float64(), pa.int64(), pa.bool_(), pa.date32()
_AS_OF = (_DATE, "Last day whose activity counts.")
_METHOD = (
    _TEXT,
    "lifecycle (state of the day), rfm (recency, frequency, depth) or kmeans (found in the data).",
)


SCHEMAS: dict[str, pa.Schema] = {
    SEGMENTS: described(
        {
            "as_of_date": _AS_OF,
            "method": _METHOD,
            "user_id": (_COUNT, "The person; everybody known by as_of_date."),
            "segment": (_TEXT, "Segment; gone: not active within 56 days (rfm, kmeans)."),
        }
    ),
    PROFILES: described(
        {
            "as_of_date": _AS_OF,
            "method": _METHOD,
            "segment": (_TEXT, "Segment."),
            "feature": (_TEXT, "What is averaged."),
            "unit": (_TEXT, "Unit of the mean: days, ratio, seconds or share."),
            "users": (_COUNT, "People in the segment."),
            "user_share": (_NUMBER, "Share of everybody known."),
            "n": (_COUNT, "People that the mean rests on: for most features those active within 56 days."),
            "mean_value": (_NUMBER, "Mean over the segment; null without anybody."),
            "mean_low": (_NUMBER, "Lower limit of its 95 % interval; null below 30 people."),
            "mean_high": (_NUMBER, "Upper limit of it."),
            "difference": (
                _NUMBER,
                "Segment's mean less everybody's, in standard deviations; of log(1 + x) for counts.",
            ),
            "difference_rank": (_COUNT, "1 for the feature that sets the segment apart most."),
            "is_distinguishing": (_FLAG, "Whether it is one of the three largest and 0.3 or more."),
            "words": (_TEXT, "What sets the segment apart, in words; the same on all its rows."),
        }
    ),
    TRANSITIONS: described(
        {
            "method": _METHOD,
            "from_as_of_date": (_DATE, "Earlier date."),
            "to_as_of_date": (_DATE, "Later date, 28 days on."),
            "from_segment": (_TEXT, "Segment at the earlier date; unseen: not known yet."),
            "to_segment": (
                _TEXT,
                "Segment at the later date; gone (rfm, kmeans): not active within 56 days.",
            ),
            "users": (_COUNT, "People who moved so, or stayed."),
            "n": (_COUNT, "People in the earlier segment."),
            "probability": (_NUMBER, "Users over n; null below 30 people."),
            "probability_low": (_NUMBER, "Lower limit of its 95 % interval (Wilson)."),
            "probability_high": (_NUMBER, "Upper limit of it."),
        }
    ),
    FITS: described(
        {
            "as_of_date": _AS_OF,
            "clusters": (_COUNT, "k."),
            "people": (_COUNT, "People active within 56 days."),
            "mean_ari": (_NUMBER, "Mean adjusted Rand index of fits on 80 % resamples with the fit on all."),
            "null_ari": (
                _NUMBER,
                "The same in the null of fewer clusters; null where clusters do not come back.",
            ),
            "least_jaccard": (_NUMBER, "The worst cluster's mean Jaccard index with its match in resamples."),
            "explained_share": (_NUMBER, "Share of the variance between clusters."),
            "null_explained_share": (
                _NUMBER,
                "Mean of it in the null: a Gaussian cloud for each cluster believed before.",
            ),
            "lead": (_NUMBER, "Explained share above the null, in standard deviations of the null."),
            "is_stable": (_FLAG, "Whether ARI ≥ 0.85, Jaccard ≥ 0.75 and lead ≥ 3."),
            "is_chosen": (_FLAG, "Whether it is the number in force; with none stable nobody is divided."),
            "sentence": (_TEXT, "What was found, in words."),
        }
    ),
}
