-- Each exposed user's totals as of $last_day, for every metric of one experiment; $first_day is the same day.
-- key: metric, user_id
SELECT
  metric, -- The outcome.
  unit_id, -- The user or classroom that was randomised.
  user_id, -- The person.
  classroom_id, -- Class of the person.
  variant, -- The variant shown.
  exposed_date, -- Reporting day of the person's exposure.
  role, -- student or teacher at exposure.
  platform, -- Client at exposure.
  country, -- Country at exposure.
  plan, -- Plan at exposure.
  y, -- The value: a total, capped where winsorised, or whether there was any.
  k, -- The denominator's total of a ratio, else one user.
  x1, -- First covariate.
  x2, -- Second covariate; null where there is none.
  x3, -- Third covariate; null where there is none.
  x4 -- Fourth covariate; null where there is none.
FROM running_totals
WHERE experiment_id = $experiment_id AND from_date <= $last_day AND until_date > $last_day
