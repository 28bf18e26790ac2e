/** CRC-32 as zips use it, four bytes at a step. */

const POLYNOMIAL = 0xedb88320

/** Row r holds the remainders of each byte with r zero bytes behind it. */
const TABLE = table()

function table(): Uint32Array {
  const rows = new Uint32Array(4 * 256)
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte
    for (let row = 0; row < 4; row += 1) {
      for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1
      rows[256 * row + byte] = rest
    }
  }
  return rows
}

/** The checksum of `bytes`, or of what `before` is the checksum of with `bytes` behind it. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length - (bytes.length % 4)
  let crc = ~before
  for (let at = 0; at < whole; at += 4) {
    crc ^= words.getUint32(at, true)
    crc =
      rest(768 + (crc & 255)) ^
      rest(512 + ((crc >>> 8) & 255)) ^
      rest(256 + ((crc >>> 16) & 255)) ^
      rest(crc >>> 24)
  }
  for (const byte of bytes.subarray(whole)) crc = rest((crc ^ byte) & 255) ^ (crc >>> 8)
  return ~crc >>> 0
}

function rest(place: number): number {
  return TABLE[place] as number
}
