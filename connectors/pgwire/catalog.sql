-- What clients ask about PostgreSQL's catalogs, answered for the results: views for relations of pg_catalog (schema pg) and of
-- information_schema (schema info), and macros for functions, in a database in memory beside the results. dialect.go has statements use
-- them. A name is known by being created here.

CREATE SCHEMA pg;
CREATE SCHEMA info;

-- Types. An oid is that of the type that values are sent as: see oid.go.

CREATE VIEW pg.pg_type AS
SELECT oid::BIGINT AS oid, typname, 11::BIGINT AS typnamespace, 10::BIGINT AS typowner, typlen, typlen BETWEEN 1 AND 8 AS typbyval,
    CASE WHEN typcategory = 'A' THEN 'b' WHEN typcategory = 'P' THEN 'p' ELSE 'b' END AS typtype, typcategory,
    typname IN ('bool', 'float8', 'text', 'timestamptz', 'interval') AS typispreferred,
    true AS typisdefined, ',' AS typdelim, 0::BIGINT AS typrelid, typelem::BIGINT AS typelem, typarray::BIGINT AS typarray,
    CASE WHEN typcategory = 'A' THEN 'array_in' ELSE typname || 'in' END AS typinput, typname || 'out' AS typoutput,
    typname || 'recv' AS typreceive, typname || 'send' AS typsend, '-' AS typmodin, '-' AS typmodout, '-' AS typanalyze, 'i' AS typalign,
    'p' AS typstorage, false AS typnotnull, 0::BIGINT AS typbasetype, -1 AS typtypmod, 0 AS typndims, 0::BIGINT AS typcollation,
    NULL::VARCHAR AS typdefault, NULL::VARCHAR AS typdefaultbin, NULL::VARCHAR AS typacl, 0::BIGINT AS typsubscript,
    display AS display
FROM (VALUES
    (16, 'bool', 1, 'B', 0, 1000, 'boolean'), (17, 'bytea', -1, 'U', 0, 1001, 'bytea'), (18, 'char', 1, 'S', 0, 1002, '"char"'),
    (19, 'name', 64, 'S', 18, 1003, 'name'), (20, 'int8', 8, 'N', 0, 1016, 'bigint'), (21, 'int2', 2, 'N', 0, 1005, 'smallint'),
    (23, 'int4', 4, 'N', 0, 1007, 'integer'), (24, 'regproc', 4, 'N', 0, 1008, 'regproc'), (25, 'text', -1, 'S', 0, 1009, 'text'),
    (26, 'oid', 4, 'N', 0, 1028, 'oid'), (114, 'json', -1, 'U', 0, 199, 'json'), (700, 'float4', 4, 'N', 0, 1021, 'real'),
    (701, 'float8', 8, 'N', 0, 1022, 'double precision'), (705, 'unknown', -2, 'X', 0, 0, 'unknown'),
    (1042, 'bpchar', -1, 'S', 0, 1014, 'character'), (1043, 'varchar', -1, 'S', 0, 1015, 'character varying'),
    (1082, 'date', 4, 'D', 0, 1182, 'date'), (1083, 'time', 8, 'D', 0, 1183, 'time without time zone'),
    (1114, 'timestamp', 8, 'D', 0, 1115, 'timestamp without time zone'), (1184, 'timestamptz', 8, 'D', 0, 1185, 'timestamp with time zone'),
    (1186, 'interval', 16, 'T', 0, 1187, 'interval'), (1700, 'numeric', -1, 'N', 0, 1231, 'numeric'),
    (2205, 'regclass', 4, 'N', 0, 2210, 'regclass'), (2206, 'regtype', 4, 'N', 0, 2211, 'regtype'),
    (2950, 'uuid', 16, 'U', 0, 2951, 'uuid'), (3802, 'jsonb', -1, 'U', 0, 3807, 'jsonb'),
    (1000, '_bool', -1, 'A', 16, 0, 'boolean[]'), (1001, '_bytea', -1, 'A', 17, 0, 'bytea[]'), (1016, '_int8', -1, 'A', 20, 0, 'bigint[]'),
    (1005, '_int2', -1, 'A', 21, 0, 'smallint[]'), (1007, '_int4', -1, 'A', 23, 0, 'integer[]'), (1009, '_text', -1, 'A', 25, 0, 'text[]'),
    (199, '_json', -1, 'A', 114, 0, 'json[]'), (1021, '_float4', -1, 'A', 700, 0, 'real[]'),
    (1022, '_float8', -1, 'A', 701, 0, 'double precision[]'), (1015, '_varchar', -1, 'A', 1043, 0, 'character varying[]'),
    (1182, '_date', -1, 'A', 1082, 0, 'date[]'), (1115, '_timestamp', -1, 'A', 1114, 0, 'timestamp without time zone[]'),
    (1185, '_timestamptz', -1, 'A', 1184, 0, 'timestamp with time zone[]'), (1231, '_numeric', -1, 'A', 1700, 0, 'numeric[]'),
    (2951, '_uuid', -1, 'A', 2950, 0, 'uuid[]'), (2278, 'void', 4, 'P', 0, 0, 'void')
) t(oid, typname, typlen, typcategory, typelem, typarray, display);

-- The oid for a type of DuckDB's.
CREATE MACRO pg.type_oid(data_type) AS CASE
    WHEN data_type = 'BOOLEAN' THEN 16 WHEN data_type IN ('TINYINT', 'UTINYINT', 'SMALLINT') THEN 21
    WHEN data_type IN ('USMALLINT', 'INTEGER') THEN 23 WHEN data_type IN ('UINTEGER', 'BIGINT') THEN 20
    WHEN data_type IN ('UBIGINT', 'HUGEINT') OR data_type LIKE 'DECIMAL(%)' THEN 1700
    WHEN data_type = 'FLOAT' THEN 700 WHEN data_type = 'DOUBLE' THEN 701 WHEN data_type = 'BLOB' THEN 17
    WHEN data_type = 'UUID' THEN 2950 WHEN data_type = 'DATE' THEN 1082 WHEN data_type = 'TIME' THEN 1083
    WHEN data_type = 'INTERVAL' THEN 1186 WHEN data_type = 'TIMESTAMP WITH TIME ZONE' THEN 1184
    WHEN data_type LIKE 'TIMESTAMP%' AND data_type NOT LIKE '%]' THEN 1114 WHEN data_type = 'VARCHAR' OR data_type = '"NULL"' THEN 25
    ELSE 114 END::BIGINT;

-- In subqueries of macros, every name of a column is one that no argument has: an argument is put in its place as it was written.

CREATE VIEW pg._types AS SELECT oid AS _oid, typname AS _name, display AS _display FROM postgres.pg.pg_type;

CREATE MACRO pg.format_type(id, typmod) AS CASE
    WHEN id = 1700 AND typmod > 4 THEN 'numeric(' || ((typmod - 4) >> 16) || ',' || ((typmod - 4) & 65535) || ')'
    ELSE (SELECT coalesce(max(_display), '???') FROM postgres.pg._types WHERE _oid = id) END;

CREATE MACRO pg.to_regtype(n) AS (SELECT max(_oid) FROM postgres.pg._types
    WHERE lower(n) IN (_name, _display) OR lower(n) = 'int' AND _oid = 23 OR _oid = try_cast(n AS BIGINT));

-- Relations. Views of Weir's and plain tables are tables.

CREATE VIEW pg.pg_namespace AS
SELECT oid, schema_name AS nspname, 10::BIGINT AS nspowner, NULL::VARCHAR AS nspacl FROM duckdb_schemas() WHERE database_name = 'results'
UNION ALL VALUES (11, 'pg_catalog', 10, NULL), (12, 'information_schema', 10, NULL);

CREATE VIEW pg.pg_class AS
SELECT oid, relname, relnamespace, 0::BIGINT AS reltype, 0::BIGINT AS reloftype, 10::BIGINT AS relowner, CASE relkind WHEN 'r' THEN 2 ELSE 0 END::BIGINT AS relam,
    oid AS relfilenode, 0::BIGINT AS reltablespace, 0 AS relpages, reltuples::FLOAT AS reltuples, 0 AS relallvisible, 0::BIGINT AS reltoastrelid,
    false AS relhasindex, false AS relisshared, 'p' AS relpersistence, relkind, relnatts::SMALLINT AS relnatts, 0::SMALLINT AS relchecks,
    false AS relhasoids, false AS relhasrules, false AS relhastriggers, false AS relhassubclass, false AS relrowsecurity,
    false AS relforcerowsecurity, true AS relispopulated, 'd' AS relreplident, false AS relispartition, 0::BIGINT AS relrewrite,
    0::BIGINT AS relfrozenxid, 0::BIGINT AS relminmxid, NULL::VARCHAR AS relacl, NULL::VARCHAR[] AS reloptions, NULL::VARCHAR AS relpartbound
FROM (
    SELECT table_oid AS oid, table_name AS relname, schema_oid AS relnamespace, 'r' AS relkind, estimated_size AS reltuples, column_count AS relnatts
    FROM duckdb_tables() WHERE database_name = 'results'
    UNION ALL
    SELECT view_oid, view_name, schema_oid, 'v', 0, column_count FROM duckdb_views() WHERE database_name = 'results' AND NOT internal
);

CREATE VIEW pg.pg_attribute AS
SELECT table_oid AS attrelid, column_name AS attname, postgres.pg.type_oid(data_type) AS atttypid, -1 AS attstattarget,
    coalesce((SELECT typlen FROM postgres.pg.pg_type t WHERE t.oid = postgres.pg.type_oid(data_type)), -1) AS attlen,
    column_index::SMALLINT AS attnum, 0 AS attndims, -1 AS attcacheoff,
    CASE WHEN data_type LIKE 'DECIMAL(%)' THEN numeric_precision * 65536 + numeric_scale + 4 ELSE -1 END::INTEGER AS atttypmod,
    false AS attbyval, 'p' AS attstorage, '' AS attcompression, 'i' AS attalign, NOT is_nullable AS attnotnull,
    coalesce(column_default, 'NULL') <> 'NULL' AS atthasdef, false AS atthasmissing, '' AS attidentity, '' AS attgenerated, false AS attisdropped,
    true AS attislocal, 0 AS attinhcount, 0::BIGINT AS attcollation, NULL::VARCHAR AS attacl, NULL::VARCHAR[] AS attoptions,
    NULL::VARCHAR[] AS attfdwoptions, NULL::VARCHAR AS attmissingval
FROM duckdb_columns() WHERE database_name = 'results' AND NOT internal;

CREATE VIEW pg.pg_attrdef AS
SELECT table_oid * 10000 + column_index AS oid, table_oid AS adrelid, column_index::SMALLINT AS adnum, column_default AS adbin, column_default AS adsrc
FROM duckdb_columns() WHERE database_name = 'results' AND NOT internal AND coalesce(column_default, 'NULL') <> 'NULL';

CREATE VIEW pg.pg_description AS
SELECT table_oid AS objoid, 1259::BIGINT AS classoid, 0 AS objsubid, comment AS description
FROM duckdb_tables() WHERE database_name = 'results' AND comment IS NOT NULL
UNION ALL
SELECT table_oid, 1259, column_index, comment FROM duckdb_columns() WHERE database_name = 'results' AND comment IS NOT NULL;

CREATE VIEW pg.pg_tables AS
SELECT schema_name AS schemaname, table_name AS tablename, 'weir' AS tableowner, NULL::VARCHAR AS tablespace, false AS hasindexes,
    false AS hasrules, false AS hastriggers, false AS rowsecurity
FROM duckdb_tables() WHERE database_name = 'results';

CREATE VIEW pg.pg_views AS
SELECT schema_name AS schemaname, view_name AS viewname, 'weir' AS viewowner, sql AS definition
FROM duckdb_views() WHERE database_name = 'results' AND NOT internal;

CREATE VIEW pg.pg_matviews AS
SELECT ''::VARCHAR AS schemaname, ''::VARCHAR AS matviewname, ''::VARCHAR AS matviewowner, NULL::VARCHAR AS tablespace, false AS hasindexes,
    true AS ispopulated, ''::VARCHAR AS definition WHERE false;

-- The database and its user.

CREATE VIEW pg.pg_database AS
SELECT 16384::BIGINT AS oid, 'results' AS datname, 10::BIGINT AS datdba, 6 AS encoding, 'c' AS datlocprovider, 'C' AS datcollate, 'C' AS datctype,
    'C' AS daticulocale, false AS datistemplate, true AS datallowconn, -1 AS datconnlimit, 0::BIGINT AS datlastsysoid, 0::BIGINT AS datfrozenxid,
    0::BIGINT AS datminmxid, 1663::BIGINT AS dattablespace, NULL::VARCHAR AS datcollversion, NULL::VARCHAR AS datacl;

CREATE VIEW pg.pg_roles AS
SELECT 10::BIGINT AS oid, 'weir' AS rolname, false AS rolsuper, true AS rolinherit, false AS rolcreaterole, false AS rolcreatedb, true AS rolcanlogin,
    false AS rolreplication, -1 AS rolconnlimit, '********' AS rolpassword, NULL::TIMESTAMPTZ AS rolvaliduntil, false AS rolbypassrls,
    NULL::VARCHAR[] AS rolconfig;
CREATE VIEW pg.pg_authid AS FROM postgres.pg.pg_roles;
CREATE VIEW pg.pg_user AS SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
    rolbypassrls AS usebypassrls, rolpassword AS passwd, rolvaliduntil AS valuntil, rolconfig AS useconfig FROM postgres.pg.pg_roles;

CREATE VIEW pg.pg_settings AS
SELECT * FROM (VALUES ('max_index_keys', '32', NULL), ('server_version', '15.0', NULL), ('TimeZone', 'UTC', NULL), ('search_path', 'main', NULL),
    ('max_identifier_length', '63', NULL), ('standard_conforming_strings', 'on', NULL)) t(name, setting, unit);

CREATE VIEW pg.pg_am AS SELECT 2::BIGINT AS oid, 'heap' AS amname, 0::BIGINT AS amhandler, 't' AS amtype;
CREATE VIEW pg.pg_tablespace AS SELECT 1663::BIGINT AS oid, 'pg_default' AS spcname, 10::BIGINT AS spcowner, NULL::VARCHAR AS spcacl, NULL::VARCHAR[] AS spcoptions;
CREATE VIEW pg.pg_collation AS SELECT 950::BIGINT AS oid, 'C' AS collname, 11::BIGINT AS collnamespace, 10::BIGINT AS collowner, 'c' AS collprovider,
    true AS collisdeterministic, -1 AS collencoding, 'C' AS collcollate, 'C' AS collctype;
CREATE VIEW pg.pg_language AS SELECT 12::BIGINT AS oid, 'internal' AS lanname, 10::BIGINT AS lanowner, false AS lanispl, false AS lanpltrusted;

-- What there is none of.

CREATE VIEW pg.pg_index AS SELECT 0::BIGINT AS indexrelid, 0::BIGINT AS indrelid, 0::SMALLINT AS indnatts, 0::SMALLINT AS indnkeyatts, false AS indisunique,
    false AS indisprimary, false AS indisexclusion, false AS indimmediate, false AS indisclustered, false AS indisvalid, false AS indcheckxmin,
    false AS indisready, false AS indislive, false AS indisreplident, false AS indnullsnotdistinct, []::INTEGER[] AS indkey, []::BIGINT[] AS indcollation,
    []::BIGINT[] AS indclass, []::INTEGER[] AS indoption, ''::VARCHAR AS indexprs, ''::VARCHAR AS indpred WHERE false;
CREATE VIEW pg.pg_constraint AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS conname, 0::BIGINT AS connamespace, ''::VARCHAR AS contype, false AS condeferrable,
    false AS condeferred, false AS convalidated, 0::BIGINT AS conrelid, 0::BIGINT AS contypid, 0::BIGINT AS conindid, 0::BIGINT AS conparentid,
    0::BIGINT AS confrelid, ''::VARCHAR AS confupdtype, ''::VARCHAR AS confdeltype, ''::VARCHAR AS confmatchtype, false AS conislocal, 0 AS coninhcount,
    false AS connoinherit, []::INTEGER[] AS conkey, []::INTEGER[] AS confkey, []::BIGINT[] AS conpfeqop, []::BIGINT[] AS conexclop, ''::VARCHAR AS conbin WHERE false;
CREATE VIEW pg.pg_inherits AS SELECT 0::BIGINT AS inhrelid, 0::BIGINT AS inhparent, 0 AS inhseqno, false AS inhdetachpending WHERE false;
CREATE VIEW pg.pg_partitioned_table AS SELECT 0::BIGINT AS partrelid, ''::VARCHAR AS partstrat, 0 AS partnatts, 0::BIGINT AS partdefid WHERE false;
CREATE VIEW pg.pg_trigger AS SELECT 0::BIGINT AS oid, 0::BIGINT AS tgrelid, 0::BIGINT AS tgparentid, ''::VARCHAR AS tgname, 0::BIGINT AS tgfoid, 0 AS tgtype,
    ''::VARCHAR AS tgenabled, false AS tgisinternal, 0::BIGINT AS tgconstraint WHERE false;
CREATE VIEW pg.pg_rewrite AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS rulename, 0::BIGINT AS ev_class, ''::VARCHAR AS ev_type, ''::VARCHAR AS ev_enabled,
    false AS is_instead WHERE false;
CREATE VIEW pg.pg_policy AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS polname, 0::BIGINT AS polrelid, ''::VARCHAR AS polcmd, false AS polpermissive,
    []::BIGINT[] AS polroles, ''::VARCHAR AS polqual, ''::VARCHAR AS polwithcheck WHERE false;
CREATE VIEW pg.pg_statistic_ext AS SELECT 0::BIGINT AS oid, 0::BIGINT AS stxrelid, ''::VARCHAR AS stxname, 0::BIGINT AS stxnamespace, 0::BIGINT AS stxowner,
    0 AS stxstattarget, []::INTEGER[] AS stxkeys, []::VARCHAR[] AS stxkind WHERE false;
CREATE VIEW pg.pg_publication AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS pubname, 0::BIGINT AS pubowner, false AS puballtables, false AS pubinsert,
    false AS pubupdate, false AS pubdelete, false AS pubtruncate, false AS pubviaroot WHERE false;
CREATE VIEW pg.pg_publication_rel AS SELECT 0::BIGINT AS oid, 0::BIGINT AS prpubid, 0::BIGINT AS prrelid, ''::VARCHAR AS prqual, []::INTEGER[] AS prattrs WHERE false;
CREATE VIEW pg.pg_publication_namespace AS SELECT 0::BIGINT AS oid, 0::BIGINT AS pnpubid, 0::BIGINT AS pnnspid WHERE false;
CREATE VIEW pg.pg_foreign_table AS SELECT 0::BIGINT AS ftrelid, 0::BIGINT AS ftserver, []::VARCHAR[] AS ftoptions WHERE false;
CREATE VIEW pg.pg_foreign_server AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS srvname, 0::BIGINT AS srvowner, 0::BIGINT AS srvfdw WHERE false;
CREATE VIEW pg.pg_foreign_data_wrapper AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS fdwname, 0::BIGINT AS fdwowner WHERE false;
CREATE VIEW pg.pg_extension AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS extname, 0::BIGINT AS extowner, 0::BIGINT AS extnamespace, false AS extrelocatable,
    ''::VARCHAR AS extversion WHERE false;
CREATE VIEW pg.pg_available_extensions AS SELECT ''::VARCHAR AS name, ''::VARCHAR AS default_version, ''::VARCHAR AS installed_version, ''::VARCHAR AS comment WHERE false;
CREATE VIEW pg.pg_enum AS SELECT 0::BIGINT AS oid, 0::BIGINT AS enumtypid, 0::FLOAT AS enumsortorder, ''::VARCHAR AS enumlabel WHERE false;
CREATE VIEW pg.pg_range AS SELECT 0::BIGINT AS rngtypid, 0::BIGINT AS rngsubtype, 0::BIGINT AS rngmultitypid, 0::BIGINT AS rngcollation, 0::BIGINT AS rngsubopc,
    ''::VARCHAR AS rngcanonical, ''::VARCHAR AS rngsubdiff WHERE false;
CREATE VIEW pg.pg_proc AS SELECT 0::BIGINT AS oid, ''::VARCHAR AS proname, 0::BIGINT AS pronamespace, 0::BIGINT AS proowner, 0::BIGINT AS prolang, ''::VARCHAR AS prokind,
    false AS proretset, ''::VARCHAR AS provolatile, 0 AS pronargs, 0::BIGINT AS prorettype, []::BIGINT[] AS proargtypes, []::BIGINT[] AS proallargtypes,
    []::VARCHAR[] AS proargmodes, []::VARCHAR[] AS proargnames, ''::VARCHAR AS prosrc, NULL::VARCHAR AS proacl WHERE false;
CREATE VIEW pg.pg_sequence AS SELECT 0::BIGINT AS seqrelid, 0::BIGINT AS seqtypid, 0::BIGINT AS seqstart, 0::BIGINT AS seqincrement, 0::BIGINT AS seqmax,
    0::BIGINT AS seqmin, 0::BIGINT AS seqcache, false AS seqcycle WHERE false;
CREATE VIEW pg.pg_depend AS SELECT 0::BIGINT AS classid, 0::BIGINT AS objid, 0 AS objsubid, 0::BIGINT AS refclassid, 0::BIGINT AS refobjid, 0 AS refobjsubid,
    ''::VARCHAR AS deptype WHERE false;
CREATE VIEW pg.pg_shdescription AS SELECT 0::BIGINT AS objoid, 0::BIGINT AS classoid, ''::VARCHAR AS description WHERE false;
CREATE VIEW pg.pg_auth_members AS SELECT 0::BIGINT AS roleid, 0::BIGINT AS member, 0::BIGINT AS grantor, false AS admin_option WHERE false;
CREATE VIEW pg.pg_stat_activity AS SELECT 0::BIGINT AS datid, ''::VARCHAR AS datname, 0 AS pid, ''::VARCHAR AS usename, ''::VARCHAR AS application_name,
    ''::VARCHAR AS state, ''::VARCHAR AS query WHERE false;
CREATE VIEW pg.pg_locks AS SELECT ''::VARCHAR AS locktype, 0::BIGINT AS relation, 0 AS pid, ''::VARCHAR AS mode, false AS granted WHERE false;
CREATE VIEW pg.pg_prepared_statements AS SELECT ''::VARCHAR AS name, ''::VARCHAR AS statement WHERE false;

-- Functions.

CREATE MACRO pg.version() AS 'PostgreSQL 15.0 (Weir, which reads PostgreSQL''s protocol; SQL is DuckDB ' || version() || '''s)';
CREATE MACRO pg.quote_ident(n) AS CASE WHEN regexp_matches(n, '^[a-z_][a-z0-9_]*$') THEN n ELSE '"' || replace(n, '"', '""') || '"' END;
CREATE MACRO pg.quote_literal(n) AS '''' || replace(n::VARCHAR, '''', '''''') || '''';
CREATE MACRO pg.parse_ident(n) AS list_transform(regexp_extract_all(n, '"(?:[^"]|"")*"|[^".]+'),
    lambda p: CASE WHEN starts_with(p, '"') THEN replace(p[2:-2], '""', '"') ELSE lower(p) END);
CREATE MACRO pg.array_lower(a, dimension) AS CASE WHEN len(a) > 0 THEN 1 END;
CREATE MACRO pg.array_upper(a, dimension) AS CASE WHEN len(a) > 0 THEN len(a) END;
CREATE MACRO pg.string_to_array(text, separator) AS string_split(text, separator);
CREATE MACRO pg.string_to_array_table(text, separator) AS TABLE SELECT string_split(text, separator) AS string_to_array;
CREATE MACRO pg.current_schemas(implicit) AS CASE WHEN implicit THEN ['pg_catalog', 'main'] ELSE ['main'] END;
CREATE VIEW pg._relations AS SELECT c.oid AS _oid, relname AS _name, s.oid AS _space, nspname AS _schema
FROM postgres.pg.pg_class c JOIN postgres.pg.pg_namespace s ON s.oid = c.relnamespace;
CREATE VIEW pg._descriptions AS SELECT objoid AS _oid, objsubid AS _part, description AS _text FROM postgres.pg.pg_description;
CREATE VIEW pg._views AS SELECT view_oid AS _oid, sql AS _sql FROM duckdb_views() WHERE database_name = 'results';
CREATE MACRO pg.to_regclass(n) AS (SELECT max(_oid) FROM postgres.pg._relations WHERE _oid = try_cast(n AS BIGINT)
    OR _name = postgres.pg.parse_ident(n)[-1]
        AND _schema = CASE WHEN len(postgres.pg.parse_ident(n)) > 1 THEN postgres.pg.parse_ident(n)[-2] ELSE 'main' END);
CREATE MACRO pg.to_regnamespace(n) AS (SELECT max(_space) FROM postgres.pg._relations WHERE _schema = postgres.pg.parse_ident(n)[-1]);
CREATE MACRO pg.to_regproc(n) AS NULL::BIGINT;
CREATE MACRO pg.regclass_name(id) AS (SELECT max(_name) FROM postgres.pg._relations WHERE _oid = id);
CREATE MACRO pg.regtype_name(id) AS (SELECT coalesce(max(_display), '-') FROM postgres.pg._types WHERE _oid = id);
CREATE MACRO pg.regnamespace_name(id) AS (SELECT max(_schema) FROM postgres.pg._relations WHERE _space = id);
CREATE MACRO pg.regproc_name(id) AS id::VARCHAR;
CREATE MACRO pg.pg_get_userbyid(id) AS 'weir';
CREATE MACRO pg.pg_table_is_visible(id) AS EXISTS (SELECT 1 FROM postgres.pg._relations WHERE _oid = id AND _schema = 'main');
CREATE MACRO pg.pg_type_is_visible(id) AS true;
CREATE MACRO pg.pg_function_is_visible(id) AS true;
CREATE MACRO pg.pg_encoding_to_char(encoding) AS 'UTF8';
CREATE MACRO pg.pg_get_expr(expression, relation) AS expression, (expression, relation, pretty) AS expression;
CREATE MACRO pg.pg_get_viewdef(relation) AS (SELECT max(_sql) FROM postgres.pg._views WHERE _oid = relation),
    (relation, pretty) AS (SELECT max(_sql) FROM postgres.pg._views WHERE _oid = relation);
CREATE MACRO pg.pg_get_constraintdef(id) AS NULL::VARCHAR, (id, pretty) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_indexdef(id) AS NULL::VARCHAR, (id, part, pretty) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_partkeydef(id) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_triggerdef(id) AS NULL::VARCHAR, (id, pretty) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_ruledef(id) AS NULL::VARCHAR, (id, pretty) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_functiondef(id) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_function_result(id) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_function_arguments(id) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_function_identity_arguments(id) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_serial_sequence(relation, name) AS NULL::VARCHAR;
CREATE MACRO pg.pg_get_statisticsobjdef_columns(id) AS NULL::VARCHAR;
CREATE MACRO pg.pg_relation_is_publishable(id) AS false;
CREATE MACRO pg.pg_relation_size(id) AS 0::BIGINT;
CREATE MACRO pg.pg_total_relation_size(id) AS 0::BIGINT;
CREATE MACRO pg.pg_table_size(id) AS 0::BIGINT;
CREATE MACRO pg.pg_database_size(id) AS 0::BIGINT;
CREATE MACRO pg.pg_is_in_recovery() AS false;
CREATE MACRO pg.pg_tablespace_location(id) AS '';
CREATE MACRO pg.pg_advisory_unlock_all() AS NULL::VARCHAR;
CREATE MACRO pg.set_config(name, setting, local) AS setting;
CREATE MACRO pg.obj_description(id) AS NULL::VARCHAR,
    (id, relation) AS (SELECT max(_text) FROM postgres.pg._descriptions WHERE _oid = id AND _part = 0);
CREATE MACRO pg.col_description(id, column_number) AS (SELECT max(_text) FROM postgres.pg._descriptions WHERE _oid = id AND _part = column_number);
CREATE MACRO pg.shobj_description(id, relation) AS NULL::VARCHAR;
CREATE MACRO info._pg_expandarray(a) AS {'x': 0, 'n': 0};

-- information_schema.

CREATE VIEW info.schemata AS
SELECT 'results' AS catalog_name, nspname AS schema_name, 'weir' AS schema_owner, NULL::VARCHAR AS default_character_set_catalog,
    NULL::VARCHAR AS default_character_set_schema, NULL::VARCHAR AS default_character_set_name, NULL::VARCHAR AS sql_path FROM postgres.pg.pg_namespace;

CREATE VIEW info.tables AS
SELECT 'results' AS table_catalog, s.nspname AS table_schema, c.relname AS table_name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type,
    NULL::VARCHAR AS self_referencing_column_name, NULL::VARCHAR AS reference_generation, NULL::VARCHAR AS user_defined_type_catalog,
    NULL::VARCHAR AS user_defined_type_schema, NULL::VARCHAR AS user_defined_type_name, 'NO' AS is_insertable_into, 'NO' AS is_typed,
    NULL::VARCHAR AS commit_action
FROM postgres.pg.pg_class c JOIN postgres.pg.pg_namespace s ON s.oid = c.relnamespace;

CREATE VIEW info.views AS
SELECT 'results' AS table_catalog, schemaname AS table_schema, viewname AS table_name, definition AS view_definition, 'NONE' AS check_option,
    'NO' AS is_updatable, 'NO' AS is_insertable_into FROM postgres.pg.pg_views;

CREATE VIEW info.columns AS
SELECT 'results' AS table_catalog, schema_name AS table_schema, table_name, column_name, column_index AS ordinal_position, column_default,
    CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS is_nullable, coalesce(t.display, 'text') AS data_type, NULL::INTEGER AS character_maximum_length,
    NULL::INTEGER AS character_octet_length, CASE WHEN t.typcategory = 'N' THEN c.numeric_precision END AS numeric_precision,
    CASE WHEN t.typcategory = 'N' THEN c.numeric_precision_radix END AS numeric_precision_radix,
    CASE WHEN t.typcategory = 'N' THEN c.numeric_scale END AS numeric_scale, CASE WHEN t.typcategory IN ('D', 'T') AND t.oid <> 1082 THEN 6 END AS datetime_precision,
    NULL::VARCHAR AS interval_type, NULL::VARCHAR AS collation_name, 'results' AS udt_catalog, 'pg_catalog' AS udt_schema, t.typname AS udt_name,
    'NO' AS is_identity, 'NEVER' AS is_generated, NULL::VARCHAR AS generation_expression, 'NO' AS is_updatable
FROM duckdb_columns() c LEFT JOIN postgres.pg.pg_type t ON t.oid = postgres.pg.type_oid(c.data_type)
WHERE c.database_name = 'results' AND NOT c.internal;
