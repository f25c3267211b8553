import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

import { packageRoot } from '../package-root.ts'
import type { ReportData } from './report-data.ts'

/**
 * The page of a run as one HTML text: script, style and data are in it, it asks no network for anything, and its policy forbids
 * that. It opens from a file, in browsers from 2024 on. The same data give the same text. Rejects with `ENOENT` where the
 * package is not built.
 */
export async function reportPage(data: ReportData): Promise<string> {
  const [script, style, packed] = await Promise.all([
    built('page.js'),
    built('page.css'),
    promisify(gzip)(JSON.stringify(data)),
  ])
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>Timelines of a test run</title>',
    // Without it browsers ask a server for one.
    `<link rel="icon" href="${ICON}">`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="page"><noscript>This page needs JavaScript: it draws the timelines itself.</noscript></div>',
    // Base64 holds nothing that HTML could take for markup, whatever agents and tests have said.
    `<script type="application/octet-stream" id="data">${packed.toString('base64')}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#3b7dd8" d="M1 3h9v4H1z"/><path fill="#cf222e" d="M11 3h2v4h-2z"/><path fill="#1a7f37" d="M4 9h11v4H4z"/></svg>',
  )

/** Only this script and this style run; nothing is fetched from anywhere. */
function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** Made by the build, with whatever would end the element around it escaped: esbuild does so. */
function built(name: string): Promise<string> {
  return fs.readFile(path.join(packageRoot(), 'dist', 'src', 'report', name), 'utf8')
}
