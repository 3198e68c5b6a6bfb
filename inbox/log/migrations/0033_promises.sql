-- What we promised, by the hour: what runs is looked for on every page, what ended on the page of promises.
CREATE INDEX turns_promised ON vigie.turns (brand_id, promise_until) WHERE promise_until IS NOT NULL;
