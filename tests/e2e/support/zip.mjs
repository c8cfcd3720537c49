import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { deflateRawSync } from 'node:zlib';

// A .zip as an administrator's tool would make one (APPNOTE 4.3): local headers with deflated data, then the central
// directory and its end record. Sizes are known beforehand, so no data descriptors.

const kCrc = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = kCrc[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function header(signature, { name, data, crc, size, offset }) {
  const central = signature === 0x02014b50;
  const out = Buffer.alloc(central ? 46 : 30);
  let at = out.writeUInt32LE(signature, 0);
  if (central) at = out.writeUInt16LE(20, at);
  at = out.writeUInt16LE(20, at);
  at = out.writeUInt16LE(0x0800, at);
  at = out.writeUInt16LE(8, at);
  at = out.writeUInt32LE(0x00210000, at);
  at = out.writeUInt32LE(crc, at);
  at = out.writeUInt32LE(data.length, at);
  at = out.writeUInt32LE(size, at);
  out.writeUInt16LE(name.length, at);
  if (central) out.writeUInt32LE(offset, 42);
  return Buffer.concat([out, name]);
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    }),
  );
  return nested.flat().sort();
}

/** The rule files of a folder (.conf, .data, .example) and further files beside them as one archive. */
export async function zipRules(folder, further, target) {
  const parts = [];
  const central = [];
  let offset = 0;
  const rules = (await filesBelow(folder)).filter((path) => /\.(conf|data|example)$/.test(path));
  const named = [...rules.map((path) => [path, relative(folder, path)]), ...further.map((path) => [path, basename(path)])];
  for (const [path, name] of named) {
    const content = await readFile(path);
    const entry = { name: Buffer.from(name), data: deflateRawSync(content), crc: crc32(content), size: content.length, offset };
    const local = Buffer.concat([header(0x04034b50, entry), entry.data]);
    parts.push(local);
    central.push(header(0x02014b50, entry));
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  await writeFile(target, Buffer.concat([...parts, directory, end]));
  return central.length;
}
