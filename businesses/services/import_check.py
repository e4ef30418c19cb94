"""What every row of a list would come to, counted, with examples, and written down a line for each."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from bizworks.core.spreadsheets import cell_neutralise
from businesses.constants import ImportField, RowEffect
from businesses.models import ImportBatch
from businesses.services.import_changes import Change
from businesses.services.import_files import ListRow, column_labels
from businesses.services.import_plan import Plan
from businesses.services.import_rows import TakenRow
from businesses.validators import hide_ssn

REPORT_COLUMNS = ("what happens", "why")
_EXAMPLES = 6
_REASONS = 12


class Forecast:
    """Adds up plans, and writes the report as it goes. Memory does not grow with the list."""

    def __init__(self, batch: ImportBatch, path: Path) -> None:
        """Begin a report at the path; it counts when it is complete."""
        self._path, self._part = path, path.with_suffix(".part.csv")
        self._out = self._part.open("w", encoding="utf-8-sig", newline="")
        self._part.chmod(0o600)
        self._writer = csv.writer(self._out, delimiter=batch.separator)
        self._writer.writerow([*map(cell_neutralise, batch.header), *REPORT_COLUMNS])
        place = batch.columns.get(ImportField.NAME, "")
        labels = column_labels(batch.header)
        self._name_at = labels.index(place) if place in labels else 0
        self.counts = {effect: 0 for effect in RowEffect}
        self.unplaced = self.doubtful = self.remarked = 0
        self.examples: dict[str, list[list[Any]]] = {effect: [] for effect in RowEffect}
        self.reasons: Counter[str] = Counter()

    def __enter__(self) -> "Forecast":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """The report is complete."""
        self._out.close()
        self._part.replace(self._path)

    def add(self, chunk: Sequence[ListRow], plan: Plan) -> None:
        """Count a chunk and write its lines, in the order of the rows."""
        lines: dict[int, tuple[RowEffect, str]] = {row.number: (RowEffect.UNCHANGED, "") for row in plan.unchanged}
        unplaced = {problem.row_number: problem.reason for problem in plan.problems if problem.is_unplaced}
        for taken in plan.new:
            lines[taken.row.number] = (RowEffect.NEW, self._new(taken, plan))
        for change in plan.changes:
            lines[change.taken.row.number] = (change.effect, self._known(change))
        for problem in plan.problems:
            if problem.is_rejected:
                lines[problem.row_number] = (RowEffect.REJECTED, problem.reason)
                self._count_reason(problem.reason)
        self.unplaced += len(unplaced)
        self.doubtful += len(plan.doubtful)
        for row in chunk:
            effect, why = lines[row.number]
            self.counts[effect] += 1
            why = " ".join(filter(None, (why, unplaced.get(row.number, ""))))
            cells = [hide_ssn(cell) for cell in row.cells]
            self._writer.writerow([*map(cell_neutralise, cells), effect.label, why])
            if len(self.examples[effect]) < _EXAMPLES:
                name = cells[self._name_at][:120] if self._name_at < len(cells) else ""
                self.examples[effect].append([row.number, name, why[:300]])

    def _new(self, taken: TakenRow, plan: Plan) -> str:
        doubt = plan.doubtful.get(taken.row.number)
        self.remarked += bool(taken.remarks)
        if doubt is None:
            return " ".join(taken.remarks)
        likeness = f"{doubt.name} ({doubt.place}) has {doubt.why}: to be reviewed."
        return " ".join((likeness, *taken.remarks))

    def _known(self, change: Change) -> str:
        self.remarked += bool(change.remarks)
        said = []
        if change.match is not None:
            said.append(f"It is {change.match.name} ({change.match.place}): {change.match.why}.")
        if change.is_any:
            said.append(f"{'Filled in' if change.match else 'New'}: {change.words}.")
        return " ".join((*said, *change.remarks))

    def _count_reason(self, reason: str) -> None:
        if reason in self.reasons or len(self.reasons) < 1_000:
            self.reasons[reason] += 1

    def to_json(self) -> dict[str, Any]:
        """What is kept with the batch."""
        return {
            "counts": {str(effect): number for effect, number in self.counts.items()},
            "unplaced": self.unplaced,
            "doubtful": self.doubtful,
            "remarked": self.remarked,
            "examples": self.examples,
            "reasons": self.reasons.most_common(_REASONS),
        }
