import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { type FaultyProxy, startProxy } from './proxy.ts'

let echo: Server
let proxy: FaultyProxy

before(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  echo.listen(0)
  await once(echo, 'listening')
  proxy = await startProxy((echo.address() as { port: number }).port)
})

after(async () => {
  await proxy.stop()
  echo.close()
})

function dial(): Socket {
  const socket = connect(proxy.port, '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

/** `once` would reject on the reset that comes before the close. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  let got = ''
  while (got.length < text.length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    got += chunk.toString()
  }
  return got
}

test('passes bytes both ways and counts them', async () => {
  const socket = dial()
  const before = { ...proxy.counters }
  assert.equal(await answer(socket, 'hello'), 'hello')
  assert.equal(proxy.counters.bytesToServer - before.bytesToServer, 5)
  assert.equal(proxy.counters.bytesToClient - before.bytesToClient, 5)
  socket.destroy()
})

test('cuts all connections at once', async () => {
  const [one, two] = [dial(), dial()]
  await Promise.all([answer(one, 'x'), answer(two, 'x')])
  const closed = Promise.all([closing(one), closing(two)])
  assert.ok(proxy.cutAll() >= 2)
  await closed
  assert.equal(proxy.open, 0)
})

test('cuts after a number of bytes, once, and not a byte later', async () => {
  const done = proxy.cutAfter(3)
  const socket = dial()
  const closed = closing(socket)
  const sent = proxy.counters.bytesToClient
  socket.write('abcdef')
  await Promise.all([done, closed])
  assert.equal(proxy.counters.bytesToClient, sent)
  const next = dial()
  assert.equal(await answer(next, 'abcdef'), 'abcdef')
  next.destroy()
})

test('cuts at random as often as told, the same for the same seed', async () => {
  proxy.cutRandomly({ seed: 3, minBytes: 10, maxBytes: 20, atMost: 2 })
  const before = proxy.counters.cut
  for (let i = 0; i < 2; i++) {
    const socket = dial()
    const closed = closing(socket)
    socket.write('x'.repeat(100))
    await closed
  }
  assert.equal(proxy.counters.cut - before, 2)
  const survivor = dial()
  assert.equal((await answer(survivor, 'y'.repeat(100))).length, 100)
  survivor.destroy()
  proxy.heal()
})

test('a pause loses nothing, a black hole does and says so by a reset', async () => {
  const socket = dial()
  await answer(socket, 'x')
  proxy.pause()
  const late = answer(socket, 'after the pause')
  proxy.resume()
  assert.equal(await late, 'after the pause')
  proxy.blackHole(true)
  const before = proxy.counters.bytesToServer
  socket.write('gone')
  while (proxy.counters.bytesToServer === before) await new Promise((resolve) => setImmediate(resolve))
  const closed = closing(socket)
  proxy.heal()
  await closed
})

test('delays, and refuses new connections', async () => {
  const socket = dial()
  await answer(socket, 'x')
  proxy.delay(30)
  const began = performance.now()
  await answer(socket, 'slow')
  assert.ok(performance.now() - began >= 55)
  proxy.heal()
  proxy.refuse(true)
  const refused = dial()
  await closing(refused)
  proxy.heal()
  assert.equal(await answer(socket, 'still here'), 'still here')
  socket.destroy()
})
