-- Paths stand in order of their sessions, and no share exceeds one.
-- table: behaviour.journey_paths
SELECT later.role, later.rank, later.sessions, earlier.sessions AS sessions_before, later.share
FROM behaviour.journey_paths AS later
LEFT JOIN behaviour.journey_paths AS earlier ON earlier.role = later.role AND earlier.rank = later.rank - 1
WHERE later.sessions > earlier.sessions OR later.share > 1 OR later.users > later.sessions
ORDER BY later.role, later.rank
