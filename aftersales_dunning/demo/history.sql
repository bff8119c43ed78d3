-- The demo holds were just made: date them back to the day of the complaint. Each update
-- of the addon runs this again, and finds none made in its own transaction.
UPDATE aftersales_dunning_hold h
   SET date_from = s.since,
       date_until = s.since + (h.date_until - h.date_from),
       requested_at = s.since + interval '9 hours'
  FROM (
        SELECT h2.id,
               COALESCE(c.reported_at::date, CURRENT_DATE - 20) AS since
          FROM aftersales_dunning_hold h2
          LEFT JOIN aftersales_case c ON c.id = h2.case_id
       ) s
 WHERE s.id = h.id AND h.state = 'active' AND h.create_date = now() AT TIME ZONE 'UTC';
