"""What users of psycopg do, with checks. The argument says where the server is."""
import datetime
import decimal
import sys
import uuid

import psycopg
import psycopg2
from psycopg.types import TypeInfo

HOT = [
    (datetime.datetime(2026, 1, 1, 10, 0, 0), "web", 0, decimal.Decimal("0.50"), {"room": "kitchen"}),
    (datetime.datetime(2026, 1, 1, 10, 0, 10), "app", 1, decimal.Decimal("1.50"), {"room": "kitchen"}),
]


def check(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def psycopg3(conn):
    check(conn.info.server_version, 150000)
    for binary in (False, True):
        check(conn.cursor(binary=binary).execute("SELECT * FROM hot ORDER BY bids").fetchall(), HOT)
    at = datetime.datetime(2026, 1, 1, 10, 0, 5)
    check(conn.execute("SELECT bids FROM hot WHERE channel = %s AND bids >= %s AND window_start > %s", ["app", 1, at]).fetchall(), [(1,)])
    check(conn.execute("SELECT bids FROM hot WHERE channel = ANY(%s) AND bids = ANY(%s)", [["app", "x"], [1, 2]]).fetchall(), [(1,)])
    values = [1.5, "it's", True, None, b"\x00'\xff", datetime.date(2026, 3, 1), uuid.UUID(int=5), 2**40]
    check(conn.execute("SELECT " + ", ".join(["%s"] * len(values)), values).fetchone(), tuple(values))
    check(conn.execute("SELECT %s::DECIMAL(10,2) * 2", [decimal.Decimal("1.25")]).fetchone(), (decimal.Decimal("2.50"),))
    check(conn.execute("SELECT DATE '2026-01-01' + %s", [datetime.timedelta(days=1)]).fetchone(), (datetime.datetime(2026, 1, 2),))
    for _ in range(10):  # from the fifth time on it is prepared by name
        check(conn.execute("SELECT count(*) FROM hot WHERE bids < %s", [5]).fetchone(), (2,))
    check(TypeInfo.fetch(conn, "text").oid, 25)
    check(TypeInfo.fetch(conn, "hstore"), None)


def errors(conn):
    for sql, error in [
        ("SELECT nothing FROM hot", psycopg.errors.UndefinedColumn),
        ("SELECT * FROM nowhere", psycopg.errors.UndefinedTable),
        ("SELEC 1", psycopg.errors.SyntaxError),
        ("DELETE FROM hot", psycopg.errors.ReadOnlySqlTransaction),
    ]:
        try:
            conn.execute(sql)
            raise AssertionError(sql + " was run")
        except error:
            conn.rollback()
    with conn.transaction():
        try:
            with conn.transaction():  # a savepoint
                conn.execute("SELECT nothing")
        except psycopg.errors.UndefinedColumn:
            pass
        check(conn.execute("SELECT 1").fetchone(), (1,))


def large(conn):
    with conn.cursor(name="large") as cursor:
        cursor.itersize = 1000
        cursor.execute("SELECT range FROM range(10000)")
        check(sum(row[0] for row in cursor), 49995000)
    with conn.cursor().copy("COPY (SELECT channel, bids FROM hot ORDER BY bids) TO STDOUT") as copy:
        check(list(copy.rows()), [("web", "0"), ("app", "1")])
    with conn.pipeline():
        answers = [conn.execute("SELECT %s::INTEGER", [i]) for i in range(20)]
        check([a.fetchone()[0] for a in answers], list(range(20)))


def written(conn):
    """The views one and other get as many rows in each commit: what is read of both in one statement is one state, while they grow."""
    seen = set()
    while len(seen) < 20:
        one, other = conn.execute("SELECT (SELECT count(*) FROM one), (SELECT sum(1) FROM other)").fetchone()
        check(one, other or 0)
        seen.add(one)


def with_psycopg2(where):
    conn = psycopg2.connect(where)
    cursor = conn.cursor()
    cursor.execute("SELECT * FROM hot WHERE channel = %s ORDER BY bids", ("app",))
    check(cursor.fetchall(), HOT[1:])
    named = conn.cursor("named")
    named.execute("SELECT range FROM range(5000)")
    check(len(named.fetchall()), 5000)
    conn.close()


with psycopg.connect(sys.argv[1]) as connection:
    psycopg3(connection)
    errors(connection)
    large(connection)
    written(connection)
with_psycopg2(sys.argv[1])
print("done")
