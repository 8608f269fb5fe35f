-- Weir's internal tables. The results of the views are in schema main.
CREATE SCHEMA weir;

CREATE TABLE weir.format (version INTEGER NOT NULL, instance UUID DEFAULT uuid());
COMMENT ON TABLE weir.format IS 'the format of this database; a Weir that does not know it refuses to open it';

CREATE TABLE weir.checkpoint (epoch BIGINT NOT NULL, "at" TIMESTAMPTZ NOT NULL);
COMMENT ON TABLE weir.checkpoint IS 'the last commit';
INSERT INTO weir.checkpoint VALUES (0, now());

CREATE TABLE weir.positions (query VARCHAR, source VARCHAR, "partition" VARCHAR, next BIGINT, watermark TIMESTAMP, reached TIMESTAMP);
COMMENT ON TABLE weir.positions IS 'how far each query has come in each partition of its source, and (reached) its watermark in the whole source; query is empty for the source itself';

CREATE TABLE weir.state_files (query VARCHAR, name VARCHAR, stage INTEGER, log BOOLEAN, epoch BIGINT, bytes UBIGINT);
COMMENT ON TABLE weir.state_files IS 'the state that belongs to the last commit, whole and as logs of what came since: files in the folder beside the database';

CREATE TABLE weir.dead_letters (source VARCHAR, "partition" VARCHAR, "offset" BIGINT, value BLOB, reason VARCHAR, "at" TIMESTAMPTZ,
	views VARCHAR[], meta JSON, replayed VARCHAR[], replayed_at TIMESTAMPTZ, error VARCHAR, epoch BIGINT);
COMMENT ON TABLE weir.dead_letters IS 'records that could not be used';

CREATE TABLE weir.late_rows (view VARCHAR, source VARCHAR, "partition" VARCHAR, event_time TIMESTAMP, watermark TIMESTAMP, row JSON, "at" TIMESTAMPTZ, "offset" BIGINT,
	epoch BIGINT);
COMMENT ON TABLE weir.late_rows IS 'rows that came after their window had closed';

CREATE TABLE weir.expired (view VARCHAR, condition VARCHAR, "at" TIMESTAMPTZ);
COMMENT ON TABLE weir.expired IS 'which rows of views with a retention were dropped, the last time';

CREATE TABLE weir.catalog (position BIGINT, kind VARCHAR, name VARCHAR, sql VARCHAR, plan JSON, created TIMESTAMPTZ);
COMMENT ON TABLE weir.catalog IS 'what has been created, in order';

CREATE TABLE weir.outbox (sink VARCHAR, epoch BIGINT, columns JSON, changes BLOB, file VARCHAR);
COMMENT ON TABLE weir.outbox IS 'committed changes that a sink has not delivered yet: Arrow streams here or, if they are large, in a file beside the state files';
