import java.math.BigDecimal;
import java.sql.*;
import java.time.LocalDate;
import java.util.*;

/** What users of JDBC, and tools on it, do, with checks. The argument is the URL of a server with the view hot of two rows. */
public class Jdbc {
    static void check(Object got, Object want) {
        if (!Objects.equals(got, want)) throw new AssertionError("got " + got + ", want " + want);
    }

    static List<List<String>> rows(ResultSet r, String... columns) throws SQLException {
        List<List<String>> out = new ArrayList<>();
        while (r.next()) {
            List<String> row = new ArrayList<>();
            for (String c : columns) row.add(r.getString(c));
            out.add(row);
        }
        return out;
    }

    static void metadata(DatabaseMetaData m) throws SQLException {
        check(m.getDatabaseProductVersion(), "15.0");
        check(rows(m.getTables(null, "main", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE"), List.of(List.of("hot", "TABLE")));
        check(rows(m.getColumns(null, "main", "hot", "%"), "COLUMN_NAME", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS").toString(),
            "[[window_start, timestamp, 29, 6], [channel, text, 2147483647, 0], [bids, int8, 19, 0], [price, numeric, 10, 2], [place, json, 2147483647, 0]]");
        check(rows(m.getSchemas(), "TABLE_SCHEM").toString(), "[[information_schema], [main], [pg_catalog], [weir]]");
        for (ResultSet none : List.of(m.getPrimaryKeys(null, "main", "hot"), m.getIndexInfo(null, "main", "hot", false, false), m.getImportedKeys(null, "main", "hot"),
            m.getExportedKeys(null, "main", "hot"), m.getProcedures(null, null, "%"), m.getFunctions(null, null, "%"), m.getUDTs(null, null, "%", null),
            m.getBestRowIdentifier(null, "main", "hot", 1, true))) check(none.next(), false);
        check(m.getTypeInfo().next() && m.getCatalogs().next() && m.getTableTypes().next(), true);
        check(m.getTablePrivileges(null, "main", "hot").next() && m.getColumnPrivileges(null, "main", "hot", "%").next(), true);
    }

    /** Prepared statements are prepared by name from the fifth time on, and come as bytes then. */
    static void prepared(Connection c) throws SQLException {
        PreparedStatement s = c.prepareStatement("SELECT bids FROM hot WHERE channel = ? AND bids >= ? AND window_start > ?");
        PreparedStatement v = c.prepareStatement("SELECT ?::VARCHAR, ?::DOUBLE, ?::DECIMAL(10,2), ?::DATE, ?::BOOLEAN, ?::BLOB, ?::BIGINT");
        for (int i = 0; i < 8; i++) {
            s.setString(1, "app"); s.setInt(2, 1); s.setTimestamp(3, Timestamp.valueOf("2026-01-01 10:00:05"));
            check(rows(s.executeQuery(), "bids"), List.of(List.of("1")));
            v.setString(1, "it's"); v.setDouble(2, 1.5); v.setBigDecimal(3, new BigDecimal("1.25")); v.setObject(4, LocalDate.of(2026, 3, 1));
            v.setBoolean(5, true); v.setBytes(6, new byte[] {0, 1}); v.setNull(7, Types.BIGINT);
            ResultSet r = v.executeQuery();
            r.next();
            check(List.of(r.getString(1), r.getDouble(2), r.getBigDecimal(3), r.getObject(4, LocalDate.class), r.getBoolean(5), r.getBytes(6)[1]),
                List.of("it's", 1.5, new BigDecimal("1.25"), LocalDate.of(2026, 3, 1), true, (byte) 1));
            check(r.getObject(7), null);
        }
    }

    static void transactions(Connection c) throws SQLException {
        c.setAutoCommit(false);
        Statement s = c.createStatement();
        s.setFetchSize(100);
        ResultSet r = s.executeQuery("SELECT range FROM range(1050)");
        int n = 0;
        while (r.next()) n++;
        check(n, 1050);
        c.commit();
        for (String[] bad : new String[][] {{"DELETE FROM hot", "25006"}, {"SELECT nothing", "42703"}, {"SELECT 1", "25P02"}}) {
            try {
                s.execute(bad[0]);
                throw new AssertionError(bad[0] + " was run");
            } catch (SQLException e) {
                check(e.getSQLState(), bad[1]);
            }
            if (bad[1].equals("25006")) c.rollback();
        }
        c.rollback();
        c.setAutoCommit(true);
        c.setReadOnly(true);
        check(c.isValid(5), true);
    }

    public static void main(String[] args) throws Exception {
        try (Connection c = DriverManager.getConnection(args[0], "ann", "")) {
            metadata(c.getMetaData());
            prepared(c);
            transactions(c);
        }
        System.out.println("done");
    }
}
