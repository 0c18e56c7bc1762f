/** The file itself: one page that loads nothing, with its data as JSON. */
import { printableJson } from '../../bytes/printable.ts';
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from './bundle.js';
import type { PageData } from './data.ts';

/** The page may do nothing but run its own program and wear its own style, both by their hashes. */
const POLICY = `default-src 'none'; script-src '${SCRIPT_HASH}'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** The whole file. What is not ours is in the title, escaped, and in the JSON, in which nothing looks like markup. */
export function documentOf(data: PageData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="sshark">
<meta name="color-scheme" content="light dark">
<title>${escaped(data.file)} — sshark</title>
<style>${STYLE}</style>
</head>
<body>
<div id="page"><noscript>This report is drawn by the script inside it, which needs JavaScript; it loads nothing from anywhere.</noscript></div>
<script type="application/json" id="data">${jsonOf(data)}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** JSON in which no character can end the element that it stands in, nor begin a comment. */
function jsonOf(data: PageData): string {
  return printableJson(JSON.stringify(data)).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

/** Text for an element: no markup, no references. */
function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
