import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findImports } from './imports.ts'
import { checkLayers } from './layers.ts'
import { checkStrays } from './strays.ts'

/** Breaches in a made-up tree of one file. */
function breaches(path: string, text: string): string[] {
  return checkLayers([{ path, text }])
}

const allowed: [string, string][] = [
  ['src/jobs/backup/run.ts', "import { read } from '../../kafka/reader/read.ts'"],
  ['src/worker/dispatch.ts', "import { run } from '../jobs/backup/run.ts'"],
  ['src/archive/manifest/store.ts', "import type { Storage } from '../../storage/storage.ts'"],
  ['src/archive/segment/writer.ts', "import { createHash } from 'node:crypto'"],
  ['src/contract/jobs.ts', "import { z } from 'zod'"],
  ['src/verify/segment.ts', "import { decode } from '../archive/segment/reader.ts'"],
  ['src/kafka/kafkajs.ts', "import kafkajs from 'kafkajs'"],
  ['src/storage/s3.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
  ['src/renderer/app.tsx', "import { useState } from 'react'\nimport type { Job } from '../contract/jobs.ts'"],
  ['src/renderer/vite.config.ts', "import { join } from 'node:path'"],
  ['src/main/main.ts', "import { app } from 'electron'\nimport { call } from '../worker/client.ts'"],
  ['src/cli/run.ts', "// import { run } from '../jobs/backup/run.ts'\n/* import '../jobs/x.ts' */ const a = '//'"],
]

for (const [path, text] of allowed) {
  test(`allowed: ${path}: ${text.split('\n')[0]}`, () => assert.deepEqual(breaches(path, text), []))
}

const forbidden: [string, string, RegExp][] = [
  ['src/archive/a.ts', "import { Storage } from '../storage/storage.ts'", /a\.ts:1: archive\/ may not import "storage/],
  ['src/archive/a.ts', "import type { S3 } from '../storage/s3.ts'", /archive\/ may not import "storage\/s3.ts"/],
  ['src/archive/a.ts', "import { x } from '../kafka/types.ts'", /archive\/ may not import "kafka\/types.ts"/],
  ['src/kafka/a.ts', "import type { x } from '../archive/types.ts'", /kafka\/ may not import/],
  ['src/contract/a.ts', "import { x } from '../archive/paths.ts'", /contract\/ may not import/],
  ['src/contract/a.ts', "import { readFile } from 'node:fs/promises'", /contract\/ runs without Node/],
  ['src/contract/a.ts', "import { readFile } from 'fs'", /contract\/ runs without Node/],
  ['src/contract/a.ts', "import React from 'react'", /contract\/ may not import "react"/],
  ['src/jobs/a.ts', "import { client } from '../worker/client.ts'", /jobs\/ may not import "worker/],
  ['src/cli/a.ts', "const { run } = await import('../jobs/backup/run.ts')", /cli\/ may not import "jobs/],
  ['src/web-host/a.ts', "import { bundle } from '../main/bundle.ts'", /web-host\/ may not import "main/],
  ['src/main/a.ts', "new Worker(new URL('../jobs/thread.ts', import.meta.url))", /main\/ may not import "jobs/],
  ['src/renderer/a.tsx', "import type { x } from '../worker/client.ts'", /renderer\/ may not import "worker/],
  ['src/renderer/a.tsx', "import { join } from 'node:path'", /renderer\/ runs without Node/],
  ['src/verify/a.ts', "import { put } from '../archive/manifest/store.ts'", /verify\/ may not import/],
  ['src/verify/a.ts', "export * from '../jobs/validate/run.ts'", /verify\/ may not import/],
  ['src/kafka/reader.ts', "import type { Kafka } from 'kafkajs'", /only src\/kafka\/kafkajs.ts/],
  ['src/jobs/a.ts', "type K = import('kafkajs').Kafka", /only src\/kafka\/kafkajs.ts/],
  ['src/kafka/a.ts', "import Connection from 'kafkajs/src/network/connection.js'", /may import "kafkajs\/src/],
  ['src/archive/a.ts', "import { S3Client } from '@aws-sdk/client-s3'", /only src\/storage may import/],
  ['src/jobs/a.ts', "import {\n  a,\n  b,\n} from '../cli/render.ts'", /a\.ts:4: jobs\/ may not import "cli/],
  ['src/jobs/a.ts', "import '../cli/side-effect.ts'", /jobs\/ may not import "cli/],
  ['src/jobs/a.ts', "import { rig } from '../../test/rig/kafka.ts'", /from outside src\//],
  ['src/utils/a.ts', 'export {}', /a folder of src\/ that the layer check knows, got "utils"/],
  ['src/a.ts', 'export {}', /a folder of src\/ that the layer check knows/],
  ['src/jobs/long.ts', '//\n'.repeat(401), /expected at most 400 lines, got 401/],
]

for (const [path, text, expected] of forbidden) {
  test(`forbidden: ${path}: ${text.slice(0, 70).replaceAll('\n', ' ')}`, () => {
    const found = breaches(path, text)
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0] ?? '', expected)
  })
}

test('400 lines are allowed', () => assert.deepEqual(breaches('src/jobs/a.ts', '//\n'.repeat(400)), []))

test('every kind of import is found, with its line', () => {
  const source = [
    "import a from './a.ts'",
    "import type { B } from './b.ts'",
    "export { c } from './c.ts'; import './d.ts'",
    "const e = await import('./e.ts')",
    "type F = typeof import('./f.ts')",
    "const g = require('./g.cjs')",
    "// import './h.ts'",
    "const i = `import './i.ts'`",
  ].join('\n')
  const found = findImports(source).sort((a, b) => a.line - b.line || a.specifier.localeCompare(b.specifier))
  assert.deepEqual(
    found.map(({ specifier, line, typeOnly }) => `${line} ${specifier}${typeOnly ? ' type' : ''}`),
    ['1 ./a.ts', '2 ./b.ts type', '3 ./c.ts', '3 ./d.ts', '4 ./e.ts', '5 ./f.ts type', '6 ./g.cjs'],
  )
})

test('strays: registry hosts and machine paths are found, words alike are not', () => {
  const machine = ['', 'work'].join('/')
  const host = ['registry', 'npmjs', 'org'].join('.')
  const text = `ok\nhttps://${host}/x\n"${machine}/main/a"\ncd ${machine}\na/work/b src${machine}er ${machine}er ${machine}-space`
  assert.deepEqual(checkStrays([{ path: 'a.md', text }]), [
    `a.md:2: names the package registry "${host}"`,
    `a.md:3: names a path of one machine, ""${machine}/"`,
    `a.md:4: names a path of one machine, "${machine}"`,
  ])
  assert.deepEqual(checkStrays([{ path: 'a', text: 'see mirror.example/x' }], ['mirror.example']), [
    'a:1: names the package registry "mirror.example"',
  ])
})
