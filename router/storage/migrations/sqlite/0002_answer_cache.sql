-- What the answer cache had to say: '' (not asked), 'hit', 'miss' or 'off'; and on a hit what the answer had cost.
ALTER TABLE requests ADD COLUMN cache TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN saved_usd TEXT;
