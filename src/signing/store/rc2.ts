/** RC2 (RFC 2268), decryption in CBC mode alone: old PKCS#12 files have their certificates in it. Nothing is made with it. */

/** PITABLE of section 2. */
const PI = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
    'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
    '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
    'c5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
)

/** By how much each of the four words was rotated (section 3.1). */
const ROTATIONS = [1, 2, 3, 5] as const
const BLOCK_BYTES = 8

/**
 * @param key the effective key length is its whole length (RFC 7292 has 40 and 128 bits)
 * @param data whole blocks of 8 bytes
 * @returns the plain text with its padding
 */
export function decryptRc2Cbc(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const words = expandKey(key)
  const plain = Buffer.alloc(data.length)
  for (let offset = 0; offset + BLOCK_BYTES <= data.length; offset += BLOCK_BYTES) {
    decryptBlock(words, data.subarray(offset, offset + BLOCK_BYTES), plain.subarray(offset, offset + BLOCK_BYTES))
    const before = offset === 0 ? iv : data.subarray(offset - BLOCK_BYTES, offset)
    for (let i = 0; i < BLOCK_BYTES; i++) plain[offset + i] = (plain[offset + i] ?? 0) ^ (before[i] ?? 0)
  }
  return plain
}

/** Section 2: 64 words of 16 bits, little-endian. */
function expandKey(key: Buffer): Uint16Array {
  const bytes = Buffer.alloc(128)
  key.copy(bytes)
  const at = (index: number) => bytes[index] ?? 0
  for (let i = key.length; i < 128; i++) bytes[i] = PI[(at(i - 1) + at(i - key.length)) & 0xff] ?? 0
  bytes[128 - key.length] = PI[at(128 - key.length)] ?? 0
  for (let i = 127 - key.length; i >= 0; i--) bytes[i] = PI[at(i + 1) ^ at(i + key.length)] ?? 0
  return Uint16Array.from({ length: 64 }, (_, i) => bytes.readUInt16LE(2 * i))
}

/** Section 4: 5 mixing rounds, a mashing round, 6 mixing, a mashing, 5 mixing, each the other way round. */
function decryptBlock(key: Uint16Array, from: Buffer, to: Buffer): void {
  const r = [from.readUInt16LE(0), from.readUInt16LE(2), from.readUInt16LE(4), from.readUInt16LE(6)]
  const word = (index: number) => r[(index + 4) % 4] ?? 0
  let next = 63
  for (let round = 15; round >= 0; round--) {
    for (let i = 3; i >= 0; i--) {
      const turn = ROTATIONS[i] ?? 0
      const turned = ((word(i) >>> turn) | (word(i) << (16 - turn))) & 0xffff
      const mixed = (key[next--] ?? 0) + (word(i - 1) & word(i - 2)) + (~word(i - 1) & word(i - 3))
      r[i] = (turned - mixed) & 0xffff
    }
    if (round === 11 || round === 5) {
      for (let i = 3; i >= 0; i--) r[i] = (word(i) - (key[word(i - 1) & 63] ?? 0)) & 0xffff
    }
  }
  for (let i = 0; i < 4; i++) to.writeUInt16LE(word(i), 2 * i)
}
