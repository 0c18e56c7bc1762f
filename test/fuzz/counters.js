/** Puts a counter into every block of our own code, for the bundle of the fuzzer: which were passed, and how often, tells what a case reached. */
import { readFileSync } from 'node:fs';
import { parseSync, printSync } from '@swc/core';

const SPAN = { start: 0, end: 0, ctxt: 0 };
const AT = { span: SPAN, ctxt: 0 };

/** Bodies that are a statement or an expression, by the type of their node. */
const STATEMENTS = {
  IfStatement: ['consequent', 'alternate'],
  ForStatement: ['body'],
  ForOfStatement: ['body'],
  ForInStatement: ['body'],
  WhileStatement: ['body'],
  DoWhileStatement: ['body'],
};
const EXPRESSIONS = { ConditionalExpression: ['consequent', 'alternate'], ArrowFunctionExpression: ['body'] };
const BLOCKS = ['BlockStatement', 'FunctionBody'];
const SHORT_CIRCUIT = ['&&', '||', '??'];

/** An esbuild plugin for the files of `folders`, and how many blocks it has met. */
export function counters(folders) {
  let next = 0;
  const plugin = {
    name: 'counters',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!folders.some((folder) => path.startsWith(folder))) return undefined;
        const module = parseSync(readFileSync(path, 'utf8'), { syntax: 'typescript', target: 'es2022' });
        walk(module, () => next++);
        return { contents: printSync(module).code, loader: 'ts' };
      });
    },
  };
  return { plugin, blocks: () => next };
}

/** Counts in every block below `node`. */
function walk(node, number) {
  if (Array.isArray(node)) for (const one of node) walk(one, number);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  for (const key of Object.keys(node)) if (key !== 'span') walk(node[key], number);
  for (const key of STATEMENTS[node.type] ?? []) if (node[key] && !BLOCKS.includes(node[key].type)) node[key] = blockOf(node[key]);
  for (const key of EXPRESSIONS[node.type] ?? []) if (!BLOCKS.includes(node[key].type)) node[key] = counted(node[key], number);
  if (node.type === 'BinaryExpression' && SHORT_CIRCUIT.includes(node.operator)) node.right = counted(node.right, number);
  if (node.type === 'SwitchCase' && node.consequent.length > 0) node.consequent.unshift(statement(number()));
  if (BLOCKS.includes(node.type)) node.stmts.unshift(statement(number()));
}

function blockOf(stmt) {
  return { type: 'BlockStatement', ...AT, stmts: [stmt] };
}

function statement(n) {
  return { type: 'ExpressionStatement', span: SPAN, expression: increment(n) };
}

/** `(hits[n]++, expression)` */
function counted(expression, number) {
  return parenthesised({ type: 'SequenceExpression', span: SPAN, expressions: [increment(number()), expression] });
}

function parenthesised(expression) {
  return { type: 'ParenthesisExpression', span: SPAN, expression };
}

function increment(n) {
  const property = { type: 'Computed', span: SPAN, expression: { type: 'NumericLiteral', span: SPAN, value: n } };
  const object = { type: 'Identifier', ...AT, value: '$hits', optional: false };
  return { type: 'UpdateExpression', span: SPAN, operator: '++', prefix: false, argument: { type: 'MemberExpression', span: SPAN, object, property } };
}
