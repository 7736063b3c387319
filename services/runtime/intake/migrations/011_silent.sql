-- A message that takes back what is not there is translated, and no longer waits for it.
UPDATE receipts SET state = 'translated'
WHERE state = 'waiting' AND message_ref IN (SELECT message_ref FROM undoings);
