import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import Connection from 'kafkajs/src/network/connection.js'

/**
 * src/kafka/kafkajs.ts leans on these internals of one version of kafkajs. When one of these tests fails, read the new
 * version's src/network and src/broker/saslAuthenticator before touching the pin.
 */
describe('the pinned internals of kafkajs', () => {
  const require = createRequire(import.meta.url)
  const root = join(import.meta.dirname, '../..')
  const read = (path: string) => readFileSync(require.resolve(`kafkajs/${path}`), 'utf8')

  test('the version is the pinned one, exactly, in package.json too', () => {
    assert.equal((require('kafkajs/package.json') as { version: string }).version, '2.2.4')
    const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
    assert.equal(own.dependencies.kafkajs, '2.2.4')
  })

  test('a connection has what is used of it', () => {
    const logger = { namespace: () => logger, debug() {}, info() {}, warn() {}, error() {} }
    const options = {
      host: 'localhost',
      port: 1,
      clientId: 'pin',
      logger,
      socketFactory: () => {
        throw new Error('unused')
      },
      requestTimeout: 1,
      connectionTimeout: 1,
      ssl: null,
      sasl: null,
    }
    const connection = new Connection(options)
    for (const name of [
      'connect',
      'authenticate',
      'disconnect',
      'setVersions',
      'setSupportAuthenticationProtocol',
      'processData',
      'rejectRequests',
    ] as const) {
      assert.equal(typeof connection[name], 'function', name)
    }
    for (const name of ['scheduleCheckPendingRequests', 'maybeThrottle', 'destroy'] as const) {
      assert.equal(typeof connection.requestQueue[name], 'function', name)
    }
    assert.equal(connection.sessionLifetime.toNumber(), 0)
    connection.requestQueue.destroy()
  })

  test('the code still does what our own relies on', () => {
    const connection = read('src/network/connection.js')
    // Our socket factory gets the callbacks, and its socket's data events are kafkajs's own reader.
    assert.match(read('src/network/socket.js'), /socketFactory\(\{ host, port, ssl, onConnect \}\)/)
    assert.match(connection, /this\.sessionLifetime = Long\.fromValue\(authenticator\.sessionLifetime\)/)
    assert.match(connection, /processData\(rawData\)/)
    const sasl = read('src/broker/saslAuthenticator/index.js')
    for (const mechanism of ['PLAIN', "'SCRAM-SHA-256'", "'SCRAM-SHA-512'"]) assert.ok(sasl.includes(mechanism))
    // connect-error.ts recognises these words.
    assert.match(sasl, /mechanism is not supported by the server/)
    assert.match(read('src/protocol/error.js'), /does not support the requested SASL mechanism/)
    assert.match(read('src/protocol/error.js'), /Request is not valid given the current SASL state/)
    assert.match(connection, /Closed connection/)
  })

  test('one file imports kafkajs', () => {
    const importers: string[] = []
    for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/(?<!\.d)\.tsx?$/.test(entry.name)) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      if (/['"]kafkajs(\/[^'"]*)?['"]/.test(text)) importers.push(entry.name)
    }
    assert.deepEqual(importers, ['kafkajs.ts'])
  })
})
