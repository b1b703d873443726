-- Every statement of the queue, for PostgreSQL and SQLite alike; `statements.py` reads this file. Nothing outside of it
-- knows a table or a column of the queue.
--
-- Written here for what the two databases say differently:
--   NEW_ID()               a random id
--   NOW()                  the moment of the statement, by the clock of the database
--   SECONDS_FROM_NOW(x)    x seconds after that; before it where x is negative
--   SECONDS_SINCE(column)  how many seconds ago a moment was
--   AMONG(list)            IN (list), for a list of ids as one parameter
--   LEAST, GREATEST        of two numbers
--   SKIP_LOCKED(alias)     locks the rows found and skips those that others have locked; on SQLite writers take turns
-- and {name} for the fragment of that name.

-- fragment: unfinished
document.state IN ('PENDING', 'RUNNING')

-- fragment: due
-- Pending and not backing off, or running with a lease that has run out. What has no attempt left is for `give_up`.
{unfinished} AND document.due_at <= NOW() AND document.attempts < 3

-- fragment: single
-- The one document of its task.
document.position = 0 AND document.kind = 'student'

-- fragment: others_done
-- A class report waits for the documents of all its students.
NOT EXISTS (SELECT 1 FROM reports_document AS other
             WHERE other.task_id = document.task_id
               AND other.kind = 'student' AND other.state IN ('PENDING', 'RUNNING'))

-- fragment: due_in_class
-- Of the class report `document`, which is unfinished as long as any document of its class is.
EXISTS (SELECT 1 FROM reports_document AS student
         WHERE student.task_id = document.task_id AND student.kind = 'student'
           AND student.state IN ('PENDING', 'RUNNING') AND student.due_at <= NOW() AND student.attempts < 3)
OR ({due} AND {others_done})

-- fragment: kept
-- Of a task that is not past its time: what is left of those goes piece by piece, and no worker works on it.
document.task_id NOT IN (SELECT expired.id FROM reports_task AS expired WHERE expired.expired_at IS NOT NULL)

-- fragment: with_upload
JOIN reports_task AS task ON task.id = document.task_id JOIN reports_upload AS upload ON upload.id = task.upload_id

-- fragment: ready_of_class
FROM reports_document AS document JOIN reports_task AS task ON task.id = document.task_id
 WHERE task.upload_id = %(upload)s AND task.expired_at IS NULL AND {due} AND (document.kind = 'student' OR {others_done})

-- name: waiting
-- Who has work that is ready: a row for all singles of an owner, then one for each class, by age. The third column is
-- what all of it has in common, so that a worker can guess how long a document takes.
SELECT upload.owner, NULL AS upload_id, 'singles' AS kind, MIN(document.due_at) AS since
  FROM reports_document AS document {with_upload}
 WHERE {single} AND {due}
 GROUP BY upload.owner
UNION ALL
SELECT upload.owner, upload.id, MIN(task.format) || ' to ' || MAX(task.format), MIN(task.created_at)
  FROM reports_document AS document {with_upload}
 WHERE document.position = 0 AND document.kind = 'class' AND {unfinished} AND ({due_in_class})
 GROUP BY upload.owner, upload.id
 ORDER BY 4

-- name: single_is_due
SELECT 1 FROM reports_document AS document WHERE {single} AND {due} LIMIT 1

-- name: class_is_due
SELECT 1 FROM reports_document AS document
 WHERE document.position = 0 AND document.kind = 'class' AND {unfinished} AND ({due_in_class}) LIMIT 1

-- fragment: bytes_about
-- How many bytes a worker loads of the student that `locked` is about. A length is read without what is measured.
COALESCE((SELECT LENGTH(student.payload) + COALESCE(LENGTH(student.findings), 0)
            FROM reports_student AS student WHERE student.id = locked.about_id), 0)

-- name: lock_class
-- Due documents of a class in order, all formats of a student together, what failed before last. So many, yet no more
-- than a quarter of what is left, or the last worker to claim would leave the others idle; and no fewer than `least`.
SELECT locked.*, {bytes_about}
  FROM (SELECT document.id, document.task_id, document.about_id, document.position, document.kind, document.due_at,
               document.attempts, document.fence, TRUE AS announced
          {ready_of_class}
         ORDER BY document.attempts, document.position, document.task_id
         LIMIT LEAST(%(most)s, GREATEST(%(least)s, (SELECT COUNT(*) {ready_of_class}) / 4))
         SKIP_LOCKED(document)) AS locked
 ORDER BY locked.attempts, locked.position, locked.task_id

-- name: lock_singles
-- Up to so many of an owner's singles, the longest due first, what failed before last; whether anybody is to be told when
-- they end, and the bytes that they are made from. Nearly always nobody is, and then one is stored in one round trip.
SELECT locked.id, locked.task_id, locked.about_id, locked.position, locked.kind, locked.due_at, locked.attempts,
       locked.fence, locked.announced, {bytes_about} + locked.context_bytes
  FROM (SELECT document.id, document.task_id, document.about_id, document.position, document.kind, document.due_at,
               document.attempts, document.fence, COALESCE(LENGTH(upload.context), 0) AS context_bytes,
               EXISTS (SELECT 1 FROM reports_webhookendpoint AS endpoint
                        WHERE endpoint.owner = upload.owner AND endpoint.disabled_at IS NULL) AS announced
          FROM reports_document AS document {with_upload}
         WHERE {single} AND {due} AND upload.owner = %(owner)s
         ORDER BY document.attempts, document.due_at LIMIT %(most)s SKIP_LOCKED(document)) AS locked
 ORDER BY locked.attempts, locked.due_at

-- name: take
-- What was locked is claimed: an attempt is counted, a fence put up, a lease begins.
UPDATE reports_document
   SET state = 'RUNNING', due_at = SECONDS_FROM_NOW(%(lease)s), attempts = attempts + 1, fence = fence + 1,
       lease_expiries = lease_expiries + CASE WHEN state = 'RUNNING' THEN 1 ELSE 0 END
 WHERE id AMONG(%(ids)s)

-- name: renew
UPDATE reports_document SET due_at = SECONDS_FROM_NOW(%(lease)s)
 WHERE id = %(id)s AND fence = %(fence)s AND state = 'RUNNING'

-- name: store
UPDATE reports_document
   SET state = 'SUCCESS', error = '', finished_at = NOW(), filename = %(filename)s, media_type = %(media_type)s,
       body = %(body)s, stored_fence = %(stored_fence)s, size = %(size)s, sha256 = %(sha256)s,
       render_seconds = %(seconds)s
 WHERE id = %(id)s AND fence = %(fence)s AND state = 'RUNNING'

-- name: note_replaced
-- Of a document that is about to be stored anew: its object, and those of attempts before, go soon after.
INSERT INTO reports_leftover (task_id, document_id, fence)
SELECT task_id, id, fence - 1 FROM reports_document
 WHERE id = %(id)s AND fence = %(fence)s AND state = 'RUNNING' AND stored_fence IS NOT NULL

-- name: store_findings
-- Whatever becomes of the document: findings are a function of the log, the exam's context and the class facts. The log
-- is read first, and the revision grows with every change of one of them, so the first of two workers is as good as the
-- second, and findings of what was there before a change are refused.
UPDATE reports_student
   SET findings = %(findings)s, first_event_at = %(first_event_at)s, revision = revision + 1
 WHERE id = %(student)s AND revision = %(revision)s

-- name: store_class_findings
UPDATE reports_task SET findings = %(findings)s, first_event_at = %(first_event_at)s WHERE id = %(task)s

-- name: fail
UPDATE reports_document SET state = 'FAILURE', error = %(error)s, finished_at = NOW()
 WHERE id = %(id)s AND fence = %(fence)s AND state = 'RUNNING'

-- name: release
-- As if the attempt had never begun: due since when it was, so that it keeps its place and its age stays true. But for
-- the fence: nobody can commit any more what was written behind it.
UPDATE reports_document SET state = 'PENDING', attempts = attempts - 1, due_at = %(due_at)s, fence = fence + 1
 WHERE id = %(id)s AND fence = %(fence)s AND state = 'RUNNING'

-- name: back_off
UPDATE reports_document SET state = 'PENDING', due_at = SECONDS_FROM_NOW(%(pause)s)
 WHERE id = %(id)s AND fence = %(fence)s AND state = 'RUNNING'

-- name: give_up
-- What another transaction has locked is left for the next sweep: its worker may yet store it, and to wait here for one
-- row while others are held could end in a deadlock.
UPDATE reports_document
   SET state = 'FAILURE', error = %(error)s, lease_expiries = lease_expiries + 1, finished_at = NOW()
 WHERE id IN (SELECT document.id FROM reports_document AS document
               WHERE document.state = 'RUNNING' AND document.due_at <= NOW() AND document.attempts >= 3
               SKIP_LOCKED(document))
RETURNING id, position

-- name: announce
-- Of these documents, those whose state is now their task's: an event to each endpoint of the owner. Once for each
-- ending, as a fence finishes a document once.
INSERT INTO reports_webhookdelivery
       (id, endpoint_id, task_id, fence, status, students, failed, happened_at, progress, attempts, due_at, answer)
SELECT NEW_ID(), endpoint.id, document.task_id, document.fence, document.state, upload.students,
       (SELECT COUNT(*) FROM reports_document AS student WHERE student.task_id = document.task_id
                                                           AND student.kind = 'student' AND student.state = 'FAILURE'),
       document.finished_at, 'waiting', 0, SECONDS_FROM_NOW(%(pause)s), ''
  FROM reports_document AS document {with_upload}
  JOIN reports_webhookendpoint AS endpoint ON endpoint.owner = upload.owner AND endpoint.disabled_at IS NULL
 WHERE document.id AMONG(%(ids)s) AND document.position = 0 AND document.state IN ('SUCCESS', 'FAILURE')
   AND NOT document.quiet
ON CONFLICT (endpoint_id, task_id, fence) DO NOTHING

-- name: retry
UPDATE reports_document
   SET state = 'PENDING', due_at = NOW(), attempts = 0, lease_expiries = 0, error = '', quiet = FALSE
 WHERE task_id = %(task)s AND state = 'FAILURE'

-- name: amend_documents
-- The old documents stay readable until the new ones are committed. Class reports are made again with any student's.
-- Who was told of a success is not told again; what had failed, or was not finished yet, is still to be told of.
UPDATE reports_document
   SET state = 'PENDING', due_at = NOW(), attempts = 0, lease_expiries = 0, fence = fence + 1, error = '',
       quiet = CASE state WHEN 'SUCCESS' THEN TRUE WHEN 'FAILURE' THEN FALSE ELSE quiet END
 WHERE task_id IN (SELECT task.id FROM reports_task AS task WHERE task.upload_id = %(upload)s)
   AND (kind = 'class' OR %(student)s IS NULL OR about_id = %(student)s)

-- name: forget_class_report
-- The fence moves on, so that a worker that makes it from what was there before is refused. Its next ending is an event
-- after a retry; after an erasure only where its last one has not been told of.
UPDATE reports_document
   SET state = 'PENDING', due_at = NOW(), attempts = 0, lease_expiries = 0, fence = fence + 1, error = '',
       quiet = CASE WHEN %(announced)s THEN FALSE WHEN state IN ('SUCCESS', 'FAILURE') THEN TRUE ELSE quiet END,
       filename = '', media_type = '', body = NULL, stored_fence = NULL, size = NULL, sha256 = '', finished_at = NULL
 WHERE task_id = %(task)s AND kind = 'class'

-- name: note_class_report
-- Once it is forgotten, and its row locked by that.
INSERT INTO reports_leftover (task_id, document_id, fence)
SELECT task_id, id, fence - 1 FROM reports_document WHERE task_id = %(task)s AND kind = 'class' AND fence > 1

-- name: forget_class_findings
UPDATE reports_task SET findings = NULL, first_event_at = NULL WHERE id = %(task)s AND findings IS NOT NULL

-- name: begin_move
-- Of documents that no worker is at: a fence of its own for what is to be written elsewhere.
UPDATE reports_document SET fence = fence + 1
 WHERE id AMONG(%(ids)s) AND state <> 'RUNNING' AND body IS NOT NULL
RETURNING id, task_id, fence, body

-- name: begin_move_back
UPDATE reports_document SET fence = fence + 1
 WHERE id AMONG(%(ids)s) AND state <> 'RUNNING' AND stored_fence IS NOT NULL
RETURNING id, task_id, fence, stored_fence

-- name: moved
-- Unless it was claimed, amended or moved since: each of them takes a fence.
UPDATE reports_document SET body = %(body)s, stored_fence = %(stored_fence)s, size = %(size)s
 WHERE id = %(id)s AND fence = %(fence)s AND state <> 'RUNNING'

-- name: backlog
-- Of singles and of the rest: how many are ready, the oldest for how many seconds, and how many a worker is at.
SELECT {single}, COUNT(CASE WHEN {due} AND (document.kind = 'student' OR {others_done}) THEN 1 END),
       MAX(CASE WHEN {due} AND (document.kind = 'student' OR {others_done}) THEN SECONDS_SINCE(document.due_at) END),
       COUNT(CASE WHEN document.state = 'RUNNING' AND document.due_at > NOW() THEN 1 END)
  FROM reports_document AS document
 WHERE {unfinished} AND {kept}
 GROUP BY {single}

-- name: finished_since
-- Whether any single (or any other document) was finished in the last so many seconds.
SELECT 1 FROM reports_document AS document
 WHERE document.finished_at > SECONDS_FROM_NOW(-%(seconds)s) AND ({single}) = %(single)s LIMIT 1

-- name: begin_sweep
-- Note a sweep, unless there was one in the last so many seconds; of several workers at once one is let through.
INSERT INTO reports_sweep (id, begun_at) VALUES (1, NOW())
ON CONFLICT (id) DO UPDATE SET begun_at = NOW() WHERE reports_sweep.begun_at <= SECONDS_FROM_NOW(-%(seconds)s)

-- name: note_beat
INSERT INTO reports_sweep (id, begun_at, beat_at) VALUES (1, NOW(), NOW())
ON CONFLICT (id) DO UPDATE SET begun_at = NOW(), beat_at = NOW()

-- name: last_sweep
SELECT SECONDS_SINCE(begun_at), SECONDS_SINCE(beat_at) FROM reports_sweep
