"""The house rules that a program can check, each one a function from a source text to its breaches.

Nothing is imported to be checked: modules are read as syntax trees, templates and documents as text.
Every rule carries one text that breaks it, and test_rules.py shows that it does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

Breach = tuple[int, str]  # line, what is wrong there

OUTSIDE_CORE = frozenset(
    {
        *(
            "asyncio",
            "getpass",
            "glob",
            "http",
            "importlib",
            "io",
            "locale",
            "logging",
            "multiprocessing",
            "os",
        ),
        *("pathlib", "platform", "random", "secrets", "selectors", "shutil", "signal", "socket", "sqlite3"),
        *("subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "warnings"),
        *("alembic", "apscheduler", "flask", "holidays", "intuitlib", "jinja2", "quickbooks", "requests"),
        *("sqlalchemy", "structlog"),
    }
)
READS_THE_TIME = frozenset(
    {
        *("datetime.now", "datetime.utcnow", "datetime.today", "datetime.utcfromtimestamp", "date.today"),
        *("time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.sleep"),
        *("time.localtime", "time.gmtime"),
    }
)
RUNS_BYTES = frozenset(["dill", "marshal", "pickle", "shelve"])
COMPILES = "messages/filling.py"  # an expression of its own making; texts and names are values in it


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: where it holds, what it finds, and a text that breaks it."""

    name: str
    applies: Callable[[str], bool]  # path from the top of the checkout, with /
    breaches: Callable[[str, str], Iterator[Breach]]  # path, text
    broken_path: str
    broken_text: str

    def check(self, path: str, text: str) -> list[str]:
        if not self.applies(path):
            return []
        return [f"{path}:{line}: {what}" for line, what in self.breaches(path, text)]


def within(*prefixes: str, but: tuple[str, ...] = (), suffix: str = ".py") -> Callable[[str], bool]:
    return lambda path: (
        path.endswith(suffix) and path.startswith(prefixes) and not path.startswith(but or ("\0",))
    )


PRODUCT = ("qb_collections/", "webhooks/")
EMULATOR = ("qb_collections/emulator/",)


# ---- syntax trees ----------------------------------------------------------------------------------------


@cache
def tree(text: str) -> ast.Module:
    """Read once, for all the rules."""
    return ast.parse(text)


@cache
def nodes(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(text)))


@cache
def imports(text: str) -> tuple[tuple[int, str, str], ...]:
    """Line, module and name ("" for `import module`) of every absolute import."""
    found: list[tuple[int, str, str]] = []
    for node in nodes(text):
        if isinstance(node, ast.Import):
            found += ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found += ((node.lineno, node.module or "", alias.name) for alias in node.names)
    return tuple(found)


@cache
def calls(text: str) -> tuple[tuple[ast.Call, str], ...]:
    """Every call with the dotted name it calls; of `a.b.c()` the last two parts are kept."""
    found: list[tuple[ast.Call, str]] = []
    for node in nodes(text):
        if isinstance(node, ast.Call):
            parts = []
            target: ast.expr = node.func
            while isinstance(target, ast.Attribute):
                parts.append(target.attr)
                target = target.value
            parts.append(target.id if isinstance(target, ast.Name) else "?")
            found.append((node, ".".join(reversed(parts[:2]))))
    return tuple(found)


def pure(path: str, text: str) -> Iterator[Breach]:
    for line, module, _ in imports(text):
        if module.partition(".")[0] in OUTSIDE_CORE:
            yield line, f"core imports {module}; hand its answer in as a value"
    for node, name in calls(text):
        if name in READS_THE_TIME or name in ("open", "print", "input", "ZoneInfo", "zoneinfo.ZoneInfo"):
            yield node.lineno, f"core calls {name}(); hand its answer in as a value"


def no_float(path: str, text: str) -> Iterator[Breach]:
    """How near two words are (difflib's cutoff) is the one fraction that is not an amount."""
    keywords = [node for node in nodes(text) if isinstance(node, ast.keyword)]
    likeness = {(key.value.lineno, key.value.col_offset) for key in keywords if key.arg == "cutoff"}
    for node in nodes(text):
        exempt = isinstance(node, ast.Constant) and (node.lineno, node.col_offset) in likeness
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and not exempt:
            yield node.lineno, f"{node.value} is a float"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno, "float is not exact; money is Decimal, a share is a Fraction or two integers"


def no_float_call(path: str, text: str) -> Iterator[Breach]:
    for node, name in calls(text):
        if name == "float":
            yield node.lineno, "float() is not exact; an amount is read as Decimal"


def clock_only(path: str, text: str) -> Iterator[Breach]:
    for node, name in calls(text):
        if name in READS_THE_TIME:
            yield node.lineno, f"{name}() reads the time; take it from the clock"


def sql_elsewhere(path: str, text: str) -> Iterator[Breach]:
    for line, module, name in imports(text):
        top = module.partition(".")[0]
        if top in ("sqlite3", "psycopg", "alembic"):
            yield line, f"{module} is used in store/ only"
        if top == "sqlalchemy" and (module, name) not in {
            ("sqlalchemy", "Connection"),
            ("sqlalchemy", "Engine"),
        }:
            yield line, "outside store/ sqlalchemy lends two names only, Connection and Engine"
    for node, name in calls(text):
        if name.endswith((".execute", ".executemany", ".exec_driver_sql", ".scalars")):
            yield node.lineno, f"{name}() runs SQL; that belongs into store/"


SQL_TEXT = ("text", "sa.text", "sqlalchemy.text")


def built_sql(path: str, text: str) -> Iterator[Breach]:
    for node, name in calls(text):
        runs = name.rpartition(".")[2] in ("execute", "executemany", "exec_driver_sql") or name in SQL_TEXT
        if runs and node.args and is_built(node.args[0]):
            yield node.lineno, "SQL is put together from strings; bind the value"


def is_built(words: ast.expr) -> bool:
    if isinstance(words, ast.JoinedStr):  # SQLite and PostgreSQL bind no value in a setting
        start = words.values[0]
        setting = isinstance(start, ast.Constant) and str(start.value).startswith(("PRAGMA ", "SET LOCAL "))
        return not setting
    formatted = isinstance(words, ast.Call) and getattr(words.func, "attr", "") == "format"
    return isinstance(words, ast.BinOp) or formatted


def unsafe(path: str, text: str) -> Iterator[Breach]:
    for line, module, _ in imports(text):
        if module.partition(".")[0] in RUNS_BYTES:
            yield line, f"{module} runs what it reads"
    for node, name in calls(text):
        if name == "eval" and path.endswith(COMPILES):
            continue
        if name.endswith("yaml.load") or name in ("eval", "exec", "os.system", "Markup", "markupsafe.Markup"):
            yield node.lineno, f"{name}() trusts its input"
        for keyword in node.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if (keyword.arg, value) in {("verify", False), ("shell", True)}:
                yield node.lineno, f"{keyword.arg}={keyword.value.value}"


def intuit_elsewhere(path: str, text: str) -> Iterator[Breach]:
    for line, module, _ in imports(text):
        if module.partition(".")[0] in ("quickbooks", "intuitlib"):
            yield line, f"{module} is wrapped in qb_collections/quickbooks; ask the gateway"


# Where a broad except may stand: loops that outlive a failure, and record it.  File and function.
OUTERMOST = frozenset(
    {
        ("qb_collections/cli/main.py", "main"),
        ("qb_collections/emulator/http_server.py", "_answer"),
        ("qb_collections/jobs/runner.py", "_run"),
        ("qb_collections/services/desk.py", "_work"),
    }
)


def broad_except(path: str, text: str) -> Iterator[Breach]:
    def look(node: ast.AST, function: str) -> Iterator[Breach]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            broad = isinstance(child, ast.ExceptHandler) and is_broad(child) and not raises_again(child)
            if broad and (path, inside) not in OUTERMOST:
                yield child.lineno, f"{inside} catches everything; name the errors that are meant"
            yield from look(child, inside)

    yield from look(tree(text), "")


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or getattr(one, "id", "") in ("Exception", "BaseException") for one in caught)


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether it only cleans up: its last statement lets the error go on as it came."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def too_long(path: str, text: str) -> Iterator[Breach]:
    lines = text.count("\n")
    if lines > 400:
        yield lines, f"{lines} lines; look for the second noun inside (400 at most)"


def unfinished(path: str, text: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        found = UNFINISHED.search(line)
        if found:
            yield number, f"{found.group()!r} promises something that is not there"


# Written so that this file does not find itself.
UNFINISHED = re.compile(
    r"\b(TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror|coming [s]oon|not [y]et implemented)\b"
)


# ---- templates -------------------------------------------------------------------------------------------

INLINE = (
    (re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I), "an inline script"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I), "an inline event handler"),
    (re.compile(r"\bhx-on\b|\bjavascript:", re.I), "an inline script"),
    (re.compile(r"<style\b", re.I), "an inline style"),
    (re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I), "an inline style"),
)
UNESCAPED = re.compile(r"\|\s*safe\b|\bautoescape\s+false\b|\bMarkup\(")
FROM_ELSEWHERE = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.I
)
MISSPELLED = re.compile(r"\bQBO\b|\bQB\b|\bQuickbooks\b|\bquickbooks\b|\bQuick Books\b|\bQUICKBOOKS\b")
HIDDEN = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<[^>]*>", re.S)


def by_line(text: str, pattern: re.Pattern[str], what: str) -> Iterator[Breach]:
    for found in pattern.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, what


def inline(path: str, text: str) -> Iterator[Breach]:
    for pattern, what in INLINE:
        yield from by_line(text, pattern, f"{what}; the page's policy refuses it")


def unescaped(path: str, text: str) -> Iterator[Breach]:
    yield from by_line(text, UNESCAPED, "a value goes out as it came; let it be escaped")


def from_elsewhere(path: str, text: str) -> Iterator[Breach]:
    yield from by_line(text, FROM_ELSEWHERE, "something is fetched from another server; ship it in static/")


def misspelled(path: str, text: str) -> Iterator[Breach]:
    visible = HIDDEN.sub(lambda found: "\n" * found.group().count("\n") + " ", text)
    yield from by_line(visible, MISSPELLED, "it is spelled QuickBooks, and never shortened")


def misspelled_in_code(path: str, text: str) -> Iterator[Breach]:
    """Sentences only: a word that stands alone, like a module's or a key's name, is no sentence."""
    for node in nodes(text):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            for found in re.finditer(r"\bQBO\b|\bQuickbooks\b|\bQuick Books\b", node.value):
                yield node.lineno, f"{found.group()}: it is spelled QuickBooks, and never shortened"


# ---- every tracked file ----------------------------------------------------------------------------------

# Folders of one machine; and addresses of package registries, which locks must not name.
MACHINE = re.compile(
    r"(?:^|[^a-z0-9_.~/-])/(?:root|home|work|mnt|Users|opt)/[A-Za-z]"
    r"|https?://[^\s\"]+/(?:simple|packages)(?:/|\"|$)"
    r"|file[s]\.pythonhosted|registry\.npm[j]s|--extra-inde[x]|--find-link[s]\b"
)


def of_one_machine(path: str, text: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        found = MACHINE.search(line)
        if found:
            yield number, f"{found.group().strip()!r} exists on one machine only"


def anywhere(path: str) -> bool:
    return True


# Real time is meant here: leases outlive a manual clock, a caller's timeout is in real seconds, and
# webhooks are gathered while a manual clock stands still.
REAL_TIME = (
    "qb_collections/clock.py",
    "qb_collections/store/leases.py",
    "qb_collections/jobs/",
    "qb_collections/demo/clock.py",
    "qb_collections/emulator/clocks.py",
    "qb_collections/emulator/front.py",
    "qb_collections/emulator/webhooks_out.py",
)

RULES = (
    Rule(
        "the core touches nothing outside itself",
        within("qb_collections/core/"),
        pure,
        "qb_collections/core/gates.py",
        "import time\nfrom datetime import date\n\ntoday = date.today()\n",
    ),
    Rule(
        "the core computes without floats",
        within("qb_collections/core/"),
        no_float,
        "qb_collections/core/money.py",
        "share = 0.1\nhalf = float('0.5')\n",
    ),
    Rule(
        "the store reads no amount as a float",
        within("qb_collections/store/"),
        no_float_call,
        "qb_collections/store/mirror.py",
        "balance = float(row.balance)\n",
    ),
    Rule(
        "only the clock reads the time",
        within(*PRODUCT, but=REAL_TIME),
        clock_only,
        "qb_collections/services/night.py",
        "import time\nfrom datetime import UTC, datetime\n\nnow = datetime.now(UTC)\ntime.sleep(1)\n",
    ),
    Rule(
        "SQL is written in the store",
        within(*PRODUCT, but=("qb_collections/store/", *EMULATOR)),
        sql_elsewhere,
        "qb_collections/web/customers.py",
        "from sqlalchemy import select\n\nrows = conn.execute(select(1))\n",
    ),
    Rule(
        "SQL is never put together from strings",
        within(*PRODUCT, but=EMULATOR),
        built_sql,
        "qb_collections/store/contacts.py",
        "conn.execute(f'select * from contact where company_id = {company_id}')\n",
    ),
    Rule(
        "nothing runs or trusts what it reads",
        within(*PRODUCT),
        unsafe,
        "qb_collections/quickbooks/client.py",
        "import pickle\n\nsession.get(url, verify=False)\nsubprocess.run(line, shell=True)\nMarkup(name)\n",
    ),
    Rule(
        "Intuit's libraries are wrapped once",
        within(*PRODUCT, but=("qb_collections/quickbooks/",)),
        intuit_elsewhere,
        "qb_collections/services/connect.py",
        "from intuitlib.client import AuthClient\nimport quickbooks.objects\n",
    ),
    Rule(
        "only the outermost loops catch everything",
        within(*PRODUCT),
        broad_except,
        "qb_collections/services/sync.py",
        "def pull():\n    try:\n        page()\n    except Exception:\n        return None\n",
    ),
    Rule(
        "a module has at most 400 lines",
        within(*PRODUCT),
        too_long,
        "qb_collections/web/customers.py",
        "x = 1\n" * 401,
    ),
    Rule(
        "nothing is left unfinished",
        lambda path: path.startswith((*PRODUCT, "templates/", "tests/", "docs/")) and "/vendor/" not in path,
        unfinished,
        "qb_collections/core/plans.py",
        "def split():\n    raise NotImplemented" + "Error\n",
    ),
    Rule(
        "pages carry no inline script or style",
        within("templates/web/", suffix=""),
        inline,
        "templates/web/invoice.html",
        '<p style="color: red" onclick="go()">\n<script>go()</script>\n',
    ),
    Rule(
        "no template sends a value unescaped",
        within("templates/", suffix=""),
        unescaped,
        "templates/mail/reminder.html",
        "{{ customer.name | safe }}\n",
    ),
    Rule(
        "pages fetch nothing from other servers",
        within("templates/", suffix=".html"),
        from_elsewhere,
        "templates/web/base.html",
        '<script src="https://cdn.example.com/htmx.js"></script>\n',
    ),
    Rule(
        "templates spell QuickBooks as Intuit does",
        within("templates/", suffix=""),
        misspelled,
        "templates/web/connect.html",
        "<p>Connect to Quickbooks, or to QBO.</p>\n",
    ),
    Rule(
        "sentences in the code spell QuickBooks as Intuit does",
        within(*PRODUCT, but=EMULATOR),
        misspelled_in_code,
        "qb_collections/services/connect.py",
        'SENTENCE = "Your Quickbooks company is connected."\n',
    ),
    Rule(
        "tracked files name no machine and no registry",
        anywhere,
        of_one_machine,
        "docs/operate.md",
        "Run it from /home" + "/pat/qb_collections.\n",
    ),
)
