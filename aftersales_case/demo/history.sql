-- The demo cases were just made, but tell a story of three months: date their events,
-- notes and assignments back. Between the report and now (or the day it was handled) the
-- moves of a case stand at equal distances. Demo data only: the event log is append-only
-- everywhere else. Each update of the addon runs this again: what is dated back by its
-- date of creation stays as it is.
SET LOCAL aftersales.maintenance = 'on';

CREATE TEMPORARY TABLE demo_story ON COMMIT DROP AS
SELECT c.id AS case_id,
       c.reported_at + interval '12 minutes' AS opened_at,
       COALESCE(c.closed_at, now() AT TIME ZONE 'UTC') AS until,
       count(e.id) FILTER (WHERE e.kind = 'stage')
           + (c.closed_at IS NULL)::int AS steps
  FROM aftersales_case c
  JOIN ir_model_data d
    ON d.model = 'aftersales.case' AND d.module = 'aftersales_case' AND d.res_id = c.id
  JOIN aftersales_case_event e ON e.case_id = c.id
 WHERE c.create_date <> c.reported_at + interval '12 minutes'
 GROUP BY c.id;

WITH numbered AS (
    SELECT id, case_id,
           count(*) FILTER (WHERE kind = 'stage') OVER (PARTITION BY case_id ORDER BY id)
               AS step
      FROM aftersales_case_event
)
UPDATE aftersales_case_event e
   SET at = date_trunc(
           'second', s.opened_at + (s.until - s.opened_at) * n.step / s.steps
       )
  FROM numbered n
  JOIN demo_story s ON s.case_id = n.case_id
 WHERE e.id = n.id AND s.steps > 0;

WITH numbered AS (
    SELECT id, res_id,
           count(*) FILTER (WHERE body LIKE '% → <b>%') OVER (PARTITION BY res_id ORDER BY id)
               AS step,
           row_number() OVER (PARTITION BY res_id ORDER BY id) AS place
      FROM mail_message
     WHERE model = 'aftersales.case'
)
UPDATE mail_message m
   SET date = LEAST(
           date_trunc('second', s.opened_at + (s.until - s.opened_at) * n.step / s.steps)
               + n.place * interval '3 minutes',
           now() AT TIME ZONE 'UTC'
       )
  FROM numbered n
  JOIN demo_story s ON s.case_id = n.res_id
 WHERE m.id = n.id AND s.steps > 0;

UPDATE aftersales_case c
   SET assigned_at = (
           SELECT max(e.at)
             FROM aftersales_case_event e
            WHERE e.case_id = c.id AND e.kind = 'assigned'
       )
  FROM demo_story s
 WHERE s.case_id = c.id AND c.assigned_at IS NOT NULL;

UPDATE aftersales_case c
   SET create_date = s.opened_at
  FROM demo_story s
 WHERE s.case_id = c.id;

UPDATE aftersales_intake i
   SET received_at = m.date
  FROM demo_story s, mail_message m
 WHERE i.case_id = s.case_id AND m.model = 'aftersales.case' AND m.res_id = s.case_id
   AND m.message_id = i.message_id;

-- Nothing of this goes out: the customers exist in the story only.
UPDATE mail_mail
   SET state = 'sent'
 WHERE state = 'outgoing' AND EXISTS (SELECT 1 FROM demo_story);
UPDATE mail_notification
   SET notification_status = 'sent'
 WHERE notification_type = 'email' AND notification_status IN ('ready', 'process')
   AND EXISTS (SELECT 1 FROM demo_story);

SET LOCAL aftersales.maintenance = 'off';
