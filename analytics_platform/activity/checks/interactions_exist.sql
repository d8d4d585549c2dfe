-- Every LLM interaction that an event names stands in raw.interactions, where the log has any.
-- table: activity.events
-- severity: warn
SELECT events.event_date, count(*) AS events, min(events.interaction_id) AS example_interaction_id
FROM activity.events AS events
LEFT JOIN raw.interactions AS interactions ON interactions.interaction_id = events.interaction_id
WHERE events.event_date BETWEEN $first_day AND $last_day
  AND events.interaction_id IS NOT NULL
  AND interactions.interaction_id IS NULL
  AND EXISTS (SELECT 1 FROM raw.interactions)
GROUP BY events.event_date
ORDER BY events.event_date
