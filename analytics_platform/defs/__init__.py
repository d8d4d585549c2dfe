"""The platform as Dagster sees it: assets, checks, jobs, schedules and sensors over the pure packages.

Belongs here: how and when things run. Does not: what they compute. One file a package, beside what all
of them share.
"""
