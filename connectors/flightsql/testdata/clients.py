# Asks with ADBC and with Arrow's own client what users ask, and checks what it gets. The views hot and twin are written meanwhile: each commit adds
# a hundred rows to both.
#
#   python3 clients.py grpc://127.0.0.1:32010 PASSWORD [CERTIFICATE]
import datetime
import sys

import adbc_driver_flightsql.dbapi as dbapi
import pyarrow as pa
import pyarrow.flight as flight
from adbc_driver_flightsql import DatabaseOptions

uri, password = sys.argv[1], sys.argv[2]
certificate = open(sys.argv[3]).read() if len(sys.argv) > 3 else None
options = {"username": "ann", "password": password}
if certificate:
    options[DatabaseOptions.TLS_ROOT_CERTS.value] = certificate


def check(what, got, want):
    if got != want:
        sys.exit(f"{what}: got {got!r}, want {want!r}")


def field(number, value):
    """A field of protobuf that holds bytes, of which there may be up to 16383."""
    return bytes([number << 3 | 2, len(value) & 127 | 128, len(value) >> 7]) + value


def statement(sql):
    """CommandStatementQuery, as google.protobuf.Any: Arrow's own client speaks Flight, of which Flight SQL is what commands mean."""
    return field(1, b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery") + field(2, field(1, sql.encode()))


with dbapi.connect(uri, db_kwargs=options, autocommit=True) as conn:
    with conn.cursor() as cursor:
        epochs = []
        for _ in range(50):  # a view while it is written
            cursor.execute("""SELECT (SELECT count(*) FROM hot) - 2 AS hot, (SELECT count(*) FROM twin) AS twin,
                (SELECT epoch - 1 FROM weir.checkpoint) AS epoch""")
            hot, twin, epoch = cursor.fetchone()
            check("one state", (hot, twin), (100 * epoch, 100 * epoch))
            epochs.append(epoch)
        check("states go on", epochs, sorted(epochs))
        if epochs[0] == epochs[-1]:
            sys.exit("nothing was written meanwhile")

        cursor.execute("SELECT h.bids, repeat('x', 1000) AS pad, (SELECT count(*) FROM twin) AS n FROM hot h, range(20)")
        reader = cursor.fetch_record_batch()  # a large result, of one state, in batches
        rows = states = 0
        for batch in reader:
            rows += batch.num_rows
            states = batch.column("n")[0].as_py()
        check("rows of one state", rows, (states + 2) * 20)

        cursor.execute("SELECT window_start, channel, bids, price, place FROM hot WHERE bids = ? AND channel = ? ORDER BY ALL LIMIT 1", (1, "app"))
        table = cursor.fetch_arrow_table()
        check("types", table.schema.types, [pa.timestamp("us"), pa.string(), pa.int64(), pa.decimal128(10, 2), pa.struct([("room", pa.string())])])
        check("values", table.to_pylist()[0]["place"], {"room": "kitchen"})
        cursor.execute("""SELECT '{"a": 1}'::JSON AS doc, ['[1]'::JSON] AS docs""")
        table = cursor.fetch_arrow_table()
        check("JSON", table.schema.types, [pa.json_(), pa.list_(pa.json_())])
        check("a document", table.to_pylist(), [{"doc": '{"a": 1}', "docs": ["[1]"]}])
        cursor.execute("SELECT max(bids) AS top FROM hot WHERE window_start >= ?", (datetime.datetime(2026, 1, 1, 10, 0, 10),))
        check("a parameter that is a time", cursor.fetchone()[0] >= 1, True)
        for sql, message in {"SELECT bidz FROM hot": "bids", "DROP TABLE hot": "only one statement that reads"}.items():
            try:
                cursor.execute(sql)
                sys.exit(f"{sql} is taken")
            except dbapi.Error as e:
                check(sql, message in str(e), True)

    info = conn.adbc_get_info()
    check("vendor", info["vendor_name"], "Weir")
    check("table types", conn.adbc_get_table_types(), ["TABLE", "VIEW", "SYSTEM TABLE"])
    check("schema", conn.adbc_get_table_schema("hot").names, ["window_start", "channel", "bids", "price", "place"])
    objects = conn.adbc_get_objects(depth="all", table_name_filter="hot").read_all().to_pylist()
    schemas = {s["db_schema_name"]: s["db_schema_tables"] for s in objects[0]["catalog_db_schemas"]}
    check("objects", [c["column_name"] for c in schemas["main"][0]["table_columns"]], ["window_start", "channel", "bids", "price", "place"])

tls = {"tls_root_certs": certificate} if certificate else {}
with flight.FlightClient(uri.replace("grpc://", "grpc+tcp://"), **tls) as client:
    header = client.authenticate_basic_token("ann", password)
    ticket_options = flight.FlightCallOptions(headers=[header])
    rows = 0
    for _ in range(20):
        info = client.get_flight_info(flight.FlightDescriptor.for_command(statement("SELECT count(*) AS n FROM hot")), ticket_options)
        check("the schema is announced", info.schema, pa.schema([("n", pa.int64())]))
        n = client.do_get(info.endpoints[0].ticket, ticket_options).read_all().column("n")[0].as_py()
        check("whole commits", n % 100, 2)
        check("rows stay", n >= rows, True)
        rows = n
print("done")
