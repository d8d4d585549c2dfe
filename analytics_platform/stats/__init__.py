"""Statistical methods as pure functions: numbers in, numbers out, each with its source named.

Belongs here: estimators, intervals, tests and designs, vectorised over leading dimensions so that
`validation` certifies the very functions that analyses call. Does not: tables, metrics, experiments.
"""
