-- When a colleague opened a turn again that was resolved: beside "the person wrote again" it is the other half of what
-- comes back. NULL of turns from before it, until the brand's views are made anew from its log.
ALTER TABLE vigie.turns ADD COLUMN reopened_at timestamptz;
ALTER TABLE vigie.rebuilding_turns ADD COLUMN reopened_at timestamptz;
