import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.query_text import check, marked, uses_since


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("SELECT 1;", "SELECT 1"),
        ("  select ';' AS a -- ; DROP TABLE x", "select ';' AS a"),
        ("(SELECT 1) UNION (SELECT 2) ; ;", "(SELECT 1) UNION (SELECT 2)"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "WITH a AS (SELECT 1) SELECT * FROM a"),
        ('/* a; b */ SELECT tags[i], [my column], "into", `update` FROM t', None),
        ("SELECT last_update, updated, deleted, replace(a, 'x', 'y') FROM t", None),
        ("SELECT $$;$$, $a$ ; $a$, E'\\';'", None),
    ],
)
def test_one_statement_that_reads_is_taken(sql: str, kept: str | None) -> None:
    assert check(sql) == (sql if kept is None else kept)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "There is no query"),
        ("-- nothing", "There is no query"),
        ("SELECT 1; DROP TABLE x", "more than one statement"),
        ("SELECT '\\'; DROP TABLE x; -- '", "more than one statement"),
        ("UPDATE t SET a = 1", "UPDATE is no question"),
        ("TRUNCATE t", "TRUNCATE is no question"),
        ("VALUES (1)", "begins with “values”"),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "WITH holds DELETE"),
        ("WITH x AS MATERIALIZED (UPDATE t SET a=1 RETURNING *) SELECT * FROM x", "WITH holds UPDATE"),
        ("SELECT * INTO OUTFILE '/tmp/x' FROM t", "INTO writes"),
        ("SELECT * INTO copy FROM t", "INTO writes"),
        ("SELECT * FROM t FOR UPDATE", "FOR UPDATE locks"),
        ("SELECT * FROM t LOCK IN SHARE MODE", "LOCK IN locks"),
        ("SELECT /*!50000 sleep(5) */ 1", "carry out"),
        ("SELECT /* a /* b */ 1", "carry out"),
        ("SELECT 'abc", "ends inside"),
        ("SELECT 1 /* abc", "ends inside"),
    ],
)
def test_what_is_not_only_a_question_is_refused_in_words(sql: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        check(sql)


def test_backslashes_and_hashes_count_where_the_server_reads_them_so() -> None:
    sql = "SELECT '\\'; DROP TABLE x; -- ' # a note;\nFROM t"
    assert check(sql, backslashes=True) == sql


def test_only_since_outside_of_texts_is_a_value() -> None:
    sql = "SELECT a::date, '12:30 :since' FROM t WHERE b > :since AND c = ':x' AND d > :other -- :since"
    assert uses_since(sql)
    assert marked(sql) == (
        "SELECT a\\:\\:date, '12\\:30 \\:since' FROM t WHERE b > :since AND c = '\\:x' AND d > \\:other -- \\:since"
    )
    assert not uses_since("SELECT ':since' FROM t")
