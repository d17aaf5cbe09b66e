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
- it cannot read a cell that is a date or a time, or a list of such: cases order them;
- its numbers are floats and its texts cannot hold quotes: cases keep to numbers that
  floats hold and to plain texts.
"""

import json
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
    return root


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
        found = []
        for facts in table["cases"]:
            data = {
                name: value(facts[text]) if text in facts else evaluated(text, facts)
                for name, text in inputs.items()
            }
            found.append(decided(engine, data, outputs))
        answers.append(found)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
