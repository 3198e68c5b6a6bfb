-- How often each colleague opened words that were folded because they threaten or insult: figures for the lead, a row a day.
CREATE TABLE vigie.exposures (
  brand_id bigint NOT NULL,
  member_id bigint NOT NULL,
  day date NOT NULL,
  opened integer NOT NULL,
  PRIMARY KEY (brand_id, member_id, day)
);
