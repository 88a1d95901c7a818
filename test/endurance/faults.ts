import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaRig } from '../rig/kafka.ts'
import type { FaultyProxy } from '../rig/proxy.ts'
import type { S3Rig } from '../rig/s3.ts'
import type { Dice, World } from './world.ts'

export interface Place {
  kafka: KafkaRig
  proxy: FaultyProxy
  world: World
  /** Whether what happens on the topics goes on meanwhile. */
  lively: boolean
  /** Where the archive lies, if it does not lie in a folder. */
  s3: S3Rig | null
}

/** Does to the wire and the broker what a bad night does, until told to stop; then all is well again. */
export async function badNight(
  { kafka, proxy, world, lively, s3 }: Place,
  dice: Dice,
  stop: AbortSignal,
): Promise<string[]> {
  const { between, chance, pick, random } = dice
  const done: string[] = []
  const wait = (ms: number) => delay(ms, undefined, { signal: stop }).catch(() => {})
  while (!stop.aborted) {
    await wait(between(100, 2500))
    if (stop.aborted) break
    const what = pick(['cut', 'cut', 'cuts', 'slow', 'pause', 'hole', 'answers', 'refuse', 'restart', 's3'] as const)
    if (what === 's3' && s3 === null) continue
    if (what === 'restart' && !chance(0.4)) continue
    done.push(what)
    if (what === 'cut') proxy.cutAll()
    else if (what === 'cuts') {
      const least = between(200, 200_000)
      proxy.cutRandomly({ seed: between(1, 1e9), minBytes: least, maxBytes: least * 20, atMost: between(1, 12) })
    } else if (what === 'slow') proxy.delay(between(1, 40))
    else if (what === 'pause') {
      proxy.pause()
      // what a reader was about to read is gone when it may read on
      if (lively && chance(0.5)) await world.shrink()
      await wait(between(50, 1500))
      proxy.resume()
    } else if (what === 'hole' || what === 'answers') {
      proxy.blackHole(what === 'hole' ? true : 'answers')
      await wait(between(50, 1500))
      proxy.blackHole(false)
    } else if (what === 'refuse') {
      proxy.refuse(true)
      proxy.cutAll()
      await wait(between(50, 1500))
      proxy.refuse(false)
    } else if (what === 's3') {
      await s3?.kill9()
      await wait(between(0, 2000))
      await s3?.restart()
    } else {
      // The world's own clients talk to the broker directly: they wait until it is back.
      await world.rest()
      if (random() < 0.5) await kafka.kill9()
      else await kafka.shutdown()
      await wait(between(0, 1000))
      await kafka.restart()
      if (lively) world.live()
    }
    if (chance(0.3)) proxy.heal()
  }
  proxy.heal()
  return done
}
