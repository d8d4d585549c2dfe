-- First reporting day on which $feature was used, by country; null where it never was.
SELECT
  country,
  min(event_date) FILTER (
    WHERE CASE $feature
      WHEN 'summarize' THEN summarize_uses WHEN 'quiz' THEN quiz_uses WHEN 'explain' THEN explain_uses
      WHEN 'flashcards' THEN flashcards_uses WHEN 'chat' THEN chat_uses ELSE other_uses
    END > 0
  ) AS launch_date
FROM activity.user_days
WHERE event_date BETWEEN $first_day AND $last_day
GROUP BY country
ORDER BY country
