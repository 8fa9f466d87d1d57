"""A source file into the summary of its module."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from doorcheck.scan.syntax import ir, positions
from doorcheck.scan.syntax.expressions import lower_expression
from doorcheck.scan.syntax.functions import directives_of
from doorcheck.scan.syntax.lowering import Lowering, at
from doorcheck.scan.syntax.parsing import MAX_SECONDS, parsed
from doorcheck.scan.syntax.patterns import lower_pattern
from doorcheck.scan.syntax.statements import lower_statement
from doorcheck.scan.syntax.strings import string_value

if TYPE_CHECKING:
    from tree_sitter import Node

# sql<T>`…` is misread as comparisons: the type arguments are blanked before the parse, so that positions stay.
_TAGGED_TYPE_ARGUMENTS = re.compile(rb"(?<=[\w$])<(?:[^<>`=]|<[^<>`=]{0,200}+>){1,600}+>(?=`)")
_COMMENT = re.compile(rb"(?://|/\*|\{/\*)[ \t*]*doorcheck:([^\r\n]{0,400})")


def summarise(path: str, source: bytes, seconds: float = MAX_SECONDS) -> ir.Module:
    """The summary of a file. A file with syntax errors has ``broken_at`` set and still yields what could be read.

    Raises TakesTooLong when the parse takes more processor time than this, or too much memory.
    """
    if b">`" in source:
        source = _TAGGED_TYPE_ARGUMENTS.sub(lambda match: re.sub(rb"[^\n]", b" ", match[0]), source)
    root = parsed(path, source, seconds).root_node
    low = Lowering(source)
    module = ir.Module(directives_of(low, root), [], [], [], low.functions, low.classes, [], _comments(source))
    for node in root.named_children:
        _lower_top_level(low, module, node)
    if root.has_error:
        module.broken_at = _first_error(root)
    elif low.too_deep:
        module.broken_at = positions.pack(0, 0)
    return module


def _comments(source: bytes) -> list[ir.Comment]:
    found: list[ir.Comment] = []
    for match in _COMMENT.finditer(source) if b"doorcheck:" in source else ():
        row = source.count(b"\n", 0, match.start())
        text = match[1].decode("utf-8", "replace").split("*/")[0].strip()
        found.append(ir.Comment(text, positions.pack(row, match.start() - (source.rfind(b"\n", 0, match.start()) + 1))))
    return found


def _first_error(root: Node) -> int:
    """Where the first error is; walks only into nodes that hold one."""
    node = root
    while True:
        following = next((child for child in node.children if child.has_error or child.is_missing), None)
        if following is None or node.is_error:
            return at(node)
        node = following


def _lower_top_level(low: Lowering, module: ir.Module, node: Node) -> None:
    if node.type == "import_statement":
        _lower_import(low, module, node)
    elif node.type == "export_statement":
        _lower_export(low, module, node)
    elif node.type == "ERROR":
        for child in node.named_children:
            _lower_top_level(low, module, child)
    else:
        lower_statement(low, node, module.body)
        _common_js_export(module)


def _common_js_export(module: ir.Module) -> None:
    """``module.exports = x`` and ``exports.x = y`` count as exports."""
    last = module.body[-1] if module.body else None
    if not isinstance(last, ir.Evaluate) or not isinstance(last.expression, ir.Assign):
        return
    target = last.expression.target
    if not isinstance(target, ir.PatternTarget) or not isinstance(target.target, ir.Member):
        return
    member = target.target
    owner = member.object
    if isinstance(owner, ir.Name) and owner.id == "module" and member.property == "exports":
        module.exports.append(ir.ExportedName("default", None, last.expression.value, last.at))
    elif isinstance(owner, ir.Name) and owner.id == "exports":
        module.exports.append(ir.ExportedName(member.property, None, last.expression.value, last.at))


def _lower_import(low: Lowering, module: ir.Module, node: Node) -> None:
    source_node = node.child_by_field_name("source")
    if any(child.type == "type" for child in node.children):
        return
    for child in node.named_children:
        if child.type == "import_require_clause":
            name, required = child.named_children[0], child.child_by_field_name("source")
            source = string_value(low, required) if required is not None else ""
            module.imports.append(ir.ImportedName(low.text(name), source, "*", at(node)))
        if child.type != "import_clause" or source_node is None:
            continue
        source = string_value(low, source_node)
        for part in child.named_children:
            _lower_import_part(low, module, part, source)


def _lower_import_part(low: Lowering, module: ir.Module, part: Node, source: str) -> None:
    if part.type == "identifier":
        module.imports.append(ir.ImportedName(low.text(part), source, "default", at(part)))
    elif part.type == "namespace_import":
        module.imports.append(ir.ImportedName(low.text(part.named_children[-1]), source, "*", at(part)))
    elif part.type == "named_imports":
        for specifier in part.named_children:
            name = specifier.child_by_field_name("name")
            if name is None or any(child.type == "type" for child in specifier.children):
                continue
            alias = specifier.child_by_field_name("alias") or name
            imported = low.text(name).strip("'\"")
            module.imports.append(ir.ImportedName(low.text(alias), source, imported, at(specifier)))


def _lower_export(low: Lowering, module: ir.Module, node: Node) -> None:
    source_node = node.child_by_field_name("source")
    words = {child.type for child in node.children}
    if "type" in words and node.child_by_field_name("declaration") is None:
        return
    if source_node is not None:
        _lower_reexport(low, module, node, string_value(low, source_node))
        return
    declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if "default" in words:
        _lower_default_export(low, module, declaration or value, node)
    elif declaration is not None:
        _lower_exported_declaration(low, module, declaration, at(declaration))
    else:
        _lower_export_clause(low, module, node)


def _lower_reexport(low: Lowering, module: ir.Module, node: Node, source: str) -> None:
    for child in node.named_children:
        if child.type == "namespace_export":
            name = low.text(child.named_children[-1])
            module.reexports.append(ir.ReExport(name, source, "*", at(node)))
            return
        if child.type == "export_clause":
            for specifier, name, alias in _specifiers(low, child):
                module.reexports.append(ir.ReExport(alias, source, name, at(specifier)))
            return
    module.reexports.append(ir.ReExport("*", source, "*", at(node)))


def _specifiers(low: Lowering, clause: Node) -> list[tuple[Node, str, str]]:
    found: list[tuple[Node, str, str]] = []
    for specifier in clause.named_children:
        name = specifier.child_by_field_name("name")
        if name is None or any(child.type == "type" for child in specifier.children):
            continue
        alias = specifier.child_by_field_name("alias") or name
        found.append((specifier, low.text(name).strip("'\""), low.text(alias).strip("'\"")))
    return found


def _lower_export_clause(low: Lowering, module: ir.Module, node: Node) -> None:
    for child in node.named_children:
        if child.type == "export_clause":
            for specifier, name, alias in _specifiers(low, child):
                module.exports.append(ir.ExportedName(alias, name, None, at(specifier)))
        elif child.type == "identifier":
            module.exports.append(ir.ExportedName("default", low.text(child), None, at(child)))


def _lower_default_export(low: Lowering, module: ir.Module, value: Node | None, node: Node) -> None:
    if value is None:
        return
    name = value.child_by_field_name("name")
    if name is not None and value.type.endswith("declaration"):
        lower_statement(low, value, module.body)
        module.exports.append(ir.ExportedName("default", low.text(name), None, at(value)))
        return
    module.exports.append(ir.ExportedName("default", None, lower_expression(low, value), at(node)))


def _lower_exported_declaration(low: Lowering, module: ir.Module, node: Node, position: int) -> None:
    lower_statement(low, node, module.body)
    if node.type in {"lexical_declaration", "variable_declaration"}:
        for child in node.named_children:
            if child.type == "variable_declarator":
                for name in names_bound(lower_pattern(low, child.child_by_field_name("name"))):
                    module.exports.append(ir.ExportedName(name, name, None, at(child)))
        return
    named = node.child_by_field_name("name")
    if named is not None and node.type not in {"interface_declaration", "type_alias_declaration", "function_signature"}:
        module.exports.append(ir.ExportedName(low.text(named), low.text(named), None, position))


def names_bound(pattern: ir.Pattern | None) -> list[str]:
    """The variables a pattern binds, in source order."""
    if isinstance(pattern, ir.PatternName):
        return [pattern.id]
    if isinstance(pattern, ir.PatternDefault):
        return names_bound(pattern.pattern)
    if isinstance(pattern, ir.PatternObject):
        parts = [prop.pattern for prop in pattern.properties]
        return [name for part in [*parts, pattern.rest] if part is not None for name in names_bound(part)]
    if isinstance(pattern, ir.PatternArray):
        return [name for part in [*pattern.items, pattern.rest] if part is not None for name in names_bound(part)]
    return []
