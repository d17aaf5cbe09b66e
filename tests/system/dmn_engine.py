"""Decide tables in pyDMNrules, an engine of others; runs in an environment of its own.

Reads JSON on stdin, a list of ``{"dmn": file, "cases": [facts]}`` with facts as FEEL
literals, and writes per case the rows' outputs as ``[{output: value}]``.

Where pyDMNrules 1.4.5 is not what DMN 1.3 says, the file is changed before it reads
it, and nothing else about it:

- it takes an input's ``label`` for the name of a variable and does not look at the
  expression: labels are taken away;
- it stops at ``annotation`` of a table: annotations are taken away;
- it takes the text of an input's expression for a name: such expressions are
  evaluated by its own FEEL (pySFeel) and handed in under a name of their own;
- that no row matches is an error to it: here it is no rows;
- it stops at quotes in a cell that is a list, as in ``date("2026-01-05"), null``: lists
  with dates and times become expressions of one test each;
- ``[grace..3]`` holds for it while ``grace`` is null; in DMN it is the same as ``x >= grace
  and x <= 3``, which null makes null: ranges that end in a fact are written so;
- its numbers are floats and its texts cannot hold quotes: cases keep to numbers that
  floats hold and to plain texts.
"""

import json
import re
import sys
from datetime import date, time
from xml.etree import ElementTree

import pyDMNrules
import pySFeel

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"


def prepared(content):
    """The file without what pyDMNrules reads otherwise than DMN."""
    root = ElementTree.fromstring(content)
    for above in list(root.iter()):
        for each in list(above):
            if each.tag in (f"{DMN}annotation", f"{DMN}annotationEntry"):
                above.remove(each)
            elif each.tag in (f"{DMN}input", f"{DMN}output", f"{DMN}inputData"):
                each.attrib.pop("label", None)
    for above in root.iter(f"{DMN}decisionTable"):
        single(above)
    return root


def single(table):
    """What a cell cannot say becomes a column that asks for it."""
    rows = table.findall(f"{DMN}rule")
    for column, source in enumerate(table.findall(f"{DMN}input")):
        name = source.find(f"{DMN}inputExpression/{DMN}text").text
        for row in rows:
            cell = row.findall(f"{DMN}inputEntry")[column].find(f"{DMN}text")
            expression = spelt(name, cell.text)
            if expression:
                cell.text = "-"
                asked = entry("input", "inputExpression/text", expression)
                table.insert(list(table).index(table.find(f"{DMN}output")), asked)
                for other in rows:
                    said = entry("inputEntry", "text", "true" if other is row else "-")
                    at = list(other).index(other.find(f"{DMN}outputEntry"))
                    other.insert(at, said)


def entry(tag, below, text):
    """An element with a text below."""
    found = last = ElementTree.Element(DMN + tag)
    for each in below.split("/"):
        last = ElementTree.SubElement(last, DMN + each)
    last.text = text
    return found


def spelt(name, cell):
    """A cell as an expression, if it is one that cannot be read."""
    turned = cell.startswith("not(")
    tests = (cell[4:-1] if turned else cell).split(", ")
    dated = re.search(r"(date|time)\(", cell) and (turned or tests[1:])
    ends = re.search(r"\[.*[a-z].*\]", re.sub(r"(date|time)\(\"[^\"]*\"\)", "", cell))
    if not dated and not ends:
        return ""
    asked = []
    for each in tests:
        if each[0] == "[":
            low, high = each[1:-1].split("..")
            asked.append(f"(({name} >= {low}) and ({name} <= {high}))")
        else:
            asked.append(f"({name} in ({each}))")
    text = " or ".join(asked)
    return f"not({text})" if turned else text


def named(root):
    """The inputs by name; expressions get one."""
    inputs = {}
    for place, each in enumerate(root.iter(f"{DMN}input")):
        text = each.find(f"{DMN}inputExpression/{DMN}text")
        name = text.text if text.text.isidentifier() else f"expression_{place}"
        inputs[name], text.text = text.text, name
    return inputs


def value(literal):
    """A FEEL literal as pyDMNrules takes it."""
    if literal.startswith("date("):
        return date.fromisoformat(literal[6:-2])
    if literal.startswith("time("):
        return time.fromisoformat(literal[6:-2])
    if literal == "null":
        return None
    found = json.loads(literal)
    return float(found) if type(found) is int else found


def evaluated(expression, facts):
    """An expression in pySFeel."""
    parser = pySFeel.SFeelParser()
    for name, literal in facts.items():
        status, _result = parser.sFeelParse(f"{name} <- {literal}")
        assert not status, status
    status, result = parser.sFeelParse(expression)
    assert not status, (status, expression)
    return result


def decided(engine, data, outputs):
    """The rows that decide, in order."""
    status, found = engine.decide(data)
    if status:
        assert "No rules matched" in str(status), status
        return []
    result = (found[-1] if isinstance(found, list) else found)["Result"]
    names = result["rule"]
    rows = len(names) if isinstance(names, list) else 1
    columns = {}
    for name in outputs:
        column = result[name]
        if not isinstance(column, list):
            column = [column] * rows
        assert len(column) == rows, (name, column)
        columns[name] = column
    return [
        {name: plain(column[row]) for name, column in columns.items()}
        for row in range(rows)
    ]


def plain(found):
    """An answer as JSON."""
    if isinstance(found, float) and found == int(found):
        return int(found)
    return found if isinstance(found, (bool, int, float, type(None))) else str(found)


def main():
    answers = []
    for table in json.load(sys.stdin):
        root = prepared(table["dmn"])
        inputs = named(root)
        engine = pyDMNrules.DMN()
        status = engine.useXML(ElementTree.tostring(root, encoding="unicode"))
        assert not status, status
        outputs = [each.get("name") for each in root.iter(f"{DMN}output")]
        needed = [each.get("name") for each in root.iter(f"{DMN}inputData")]
        found = []
        for facts in table["cases"]:
            data = {name: value(facts[name]) for name in needed}
            for name, text in inputs.items():
                if text not in facts:
                    data[name] = evaluated(text, facts)
            found.append(decided(engine, data, outputs))
        answers.append(found)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
