"""Quality of the model's answers: signals, judges, raters, and what they say together."""
