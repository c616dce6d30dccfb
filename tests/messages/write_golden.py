"""Write golden/*.txt anew, to be read word by word: python -m tests.messages.write_golden"""

from pathlib import Path

from qb_collections.messages.reminders import compose
from tests.messages.facts import CASES, GERMAN_CASES

if __name__ == "__main__":
    for name, case in (CASES | GERMAN_CASES).items():
        path = Path(__file__).parent / "golden" / f"{name}.txt"
        path.write_text(compose(*case).as_text, encoding="utf-8")
