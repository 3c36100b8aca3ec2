// The D-Bus client against a peer on a real socket, and its bytes against messages written by hand.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Connection, connectBus } from '../../../guest/dbus/connection.ts';
import { DBusError, DISCONNECTED, TIMED_OUT } from '../../../guest/dbus/error.ts';
import { type Message, MessageStream } from '../../../guest/dbus/message.ts';
import { callSize, method, writeCall } from '../../../guest/dbus/method.ts';
import { BodyReader } from '../../../guest/dbus/reader.ts';
import { socketPath } from '../../../guest/dbus/socket.ts';

const RETURN = 2;
const ERROR = 3;
const SIGNAL = 4;
const BEGIN = 'BEGIN\r\n';

/** Marshals what a peer answers with; written apart from the client's own marshalling on purpose. */
class Bytes {
  #parts: number[] = [];

  get length(): number {
    return this.#parts.length;
  }

  align(to: number): this {
    while (this.#parts.length % to !== 0) this.#parts.push(0);
    return this;
  }

  byte(...values: number[]): this {
    this.#parts.push(...values);
    return this;
  }

  u32(value: number): this {
    this.align(4);
    for (let shift = 0; shift < 32; shift += 8) this.#parts.push((value >>> shift) & 0xff);
    return this;
  }

  string(text: string): this {
    const bytes = [...Buffer.from(text)];
    return this.u32(bytes.length).byte(...bytes, 0);
  }

  raw(bytes: Buffer): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  done(): Buffer {
    return Buffer.from(this.#parts);
  }
}

interface Fields {
  replySerial?: number;
  error?: string;
  path?: string;
  interface?: string;
  member?: string;
  sender?: string;
  signature?: string;
}

function message(type: number, fields: Fields, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = new Bytes();
  const text = (code: number, kind: string, value: string | undefined): void => {
    if (value !== undefined) header.align(8).byte(code, 1, kind.charCodeAt(0), 0).string(value);
  };
  // The order is not the one that the daemon uses: a reader may not depend on it.
  text(7, 's', fields.sender);
  if (fields.signature !== undefined) {
    header.align(8).byte(8, 1, 0x67, 0, fields.signature.length, ...Buffer.from(fields.signature), 0);
  }
  text(1, 'o', fields.path);
  text(2, 's', fields.interface);
  text(3, 's', fields.member);
  text(4, 's', fields.error);
  if (fields.replySerial !== undefined) header.align(8).byte(5, 1, 0x75, 0).u32(fields.replySerial);
  return new Bytes()
    .byte(0x6c, type, 0, 1)
    .u32(body.length)
    .u32(1)
    .u32(header.length)
    .raw(header.done())
    .align(8)
    .raw(body)
    .done();
}

function collect(chunks: Buffer[]): Message[] {
  const found: Message[] = [];
  const stream = new MessageStream((one) => found.push(one));
  for (const chunk of chunks) stream.push(chunk);
  return found;
}

describe('a stream of D-Bus messages', () => {
  const reply = message(
    RETURN,
    { replySerial: 7, sender: ':1.5', signature: 's' },
    new Bytes().string('ñ漢😀').done(),
  );
  const signal = message(
    SIGNAL,
    { path: '/a', interface: 'b.C', member: 'D', sender: ':1.9', signature: 'u' },
    new Bytes().u32(42).done(),
  );

  it('is read the same wherever it is torn', () => {
    const all = Buffer.concat([reply, signal, reply]);
    for (let at = 1; at < all.length; at += 1) {
      const found = collect([all.subarray(0, at), all.subarray(at)]);
      assert.deepEqual(
        found.map(({ type }) => type),
        [RETURN, SIGNAL, RETURN],
      );
      assert.equal(found[2]?.body.string(), 'ñ漢😀');
    }
    const single = collect([...all].map((byte) => Buffer.from([byte])));
    assert.equal(single[0]?.replySerial, 7);
    assert.equal(single[1]?.member, 'D');
    assert.equal(single[1].body.uint32(), 42);
  });

  it('holds arrays larger than any chunk of a socket', () => {
    const items = new Bytes();
    for (let at = 0; at < 20_000; at += 1) items.align(8).string(`:1.${at}`).string(`/path/${at}`);
    const array = items.done();
    const body = new Bytes().u32(array.length).align(8).raw(array).done();
    const bytes = message(RETURN, { replySerial: 1, signature: 'a(so)' }, body);
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
    const [found] = collect(chunks);
    const read = found?.body.array(8, () => {
      found.body.struct();
      return [found.body.string(), found.body.string()];
    });
    assert.equal(read?.length, 20_000);
    assert.deepEqual(read.at(-1), [':1.19999', '/path/19999']);
  });

  it('throws at what is no message of ours, and never reads past its end', () => {
    assert.throws(() => collect([Buffer.alloc(16, 0x42)]), DBusError);
    const huge = Buffer.from(reply);
    huge.writeUInt32LE(0x7fff_ffff, 4);
    assert.throws(() => collect([huge]), DBusError);
    assert.throws(() => new BodyReader(Buffer.from([255, 0, 0, 0, 65]), 0, 5).string(), DBusError);
  });
});

describe('a method call', () => {
  it('has the bytes that the specification asks for', () => {
    const call = method('a.B', 'Cd', [['s', 'x'], ['u', 5], ['i', -1], ['as']]);
    const bytes = Buffer.alloc(callSize('/p', ':1.2', call), 0xff);
    const end = writeCall(bytes, 0, 9, '/p', ':1.2', call);
    const body = new Bytes().string('x').u32(5).u32(0xffff_ffff).u32(0);
    const header = new Bytes();
    header.byte(1, 1, 0x6f, 0).string('/p').align(8);
    header.byte(6, 1, 0x73, 0).string(':1.2').align(8);
    header.byte(2, 1, 0x73, 0).string('a.B').align(8);
    header.byte(3, 1, 0x73, 0).string('Cd').align(8);
    header.byte(8, 1, 0x67, 0, 5, ...Buffer.from('suias'), 0);
    const expected = new Bytes().byte(0x6c, 1, 2, 1).u32(body.length).u32(9).u32(header.length);
    expected.raw(header.done()).align(8).raw(body.done());
    assert.deepEqual(bytes.subarray(0, end), expected.done());
  });

  it('starts a service only where that is asked for', () => {
    const flags = (activate: boolean): number => method('a.B', 'C', [], { activate }).flags;
    assert.deepEqual([flags(false), flags(true)], [2, 0]);
  });
});

describe('an address', () => {
  it('names the first unix socket, unescaped', () => {
    assert.equal(socketPath('tcp:host=x;unix:guid=1,path=/run/a%20b'), '/run/a b');
    assert.equal(socketPath('unix:abstract=/tmp/x,guid=2'), '\0/tmp/x');
    assert.throws(() => socketPath('tcp:host=x'), DBusError);
  });
});

describe('a connection', () => {
  let folder: string;
  let server: Server;
  let peer: Socket;
  let connection: Connection;
  let opened: Connection[];
  let refuse: boolean;
  /** What the peer got after the authentication. */
  let received: Buffer[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbus-'));
    refuse = false;
    received = [];
    opened = [];
    server = createServer((socket) => {
      peer = socket;
      let line = '';
      socket.on('data', (bytes: Buffer) => {
        if (line.includes(BEGIN)) {
          received.push(bytes);
          return;
        }
        line += bytes.toString('latin1');
        const end = line.indexOf(BEGIN);
        // The first calls may come with the last line.
        if (end >= 0) received.push(Buffer.from(line.slice(end + BEGIN.length), 'latin1'));
        else if (line.endsWith('\r\n'))
          socket.write(
            /^\0AUTH EXTERNAL [0-9a-f]+\r\n$/.test(line) && !refuse ? 'OK 1234\r\n' : 'REJECTED EXTERNAL\r\n',
          );
      });
    });
    server.listen(join(folder, 'bus'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const one of opened) one.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  const open = async (): Promise<void> => {
    const address = `unix:path=${join(folder, 'bus')}`;
    connection = await connectBus({ address, signal: AbortSignal.timeout(5000), kind: 'peer' });
    opened.push(connection);
  };
  const ping = method('a.B', 'Ping');
  const calls = async (count: number): Promise<void> => {
    const seen = (): number => collectCalls(Buffer.concat(received));
    while (seen() < count) await once(peer, 'data');
  };

  it('is refused with the reason of the other side', async () => {
    refuse = true;
    await assert.rejects(open(), /REJECTED EXTERNAL/);
  });

  it('gives each call its own answer, in whatever order they come', async () => {
    await open();
    const answers = [1, 2, 3].map(() => connection.ask(undefined, '/', ping));
    await calls(3);
    for (const serial of [3, 1, 2]) {
      const body = new Bytes().u32(serial * 10).done();
      peer.write(message(RETURN, { replySerial: serial, signature: 'u' }, body));
    }
    assert.deepEqual(
      (await Promise.all(answers)).map((body) => body.uint32()),
      [10, 20, 30],
    );
  });

  it('rejects with the error that the other side answers', async () => {
    await open();
    const answer = connection.ask(undefined, '/', ping);
    await calls(1);
    const body = new Bytes().string('no such element').done();
    peer.write(message(ERROR, { replySerial: 1, error: 'x.Gone', signature: 's' }, body));
    await assert.rejects(
      answer,
      (error: DBusError) => error.code === 'x.Gone' && error.message === 'no such element',
    );
  });

  it('gives a call up at its deadline and at its signal, and drops a late answer', async () => {
    await open();
    const late = connection.ask(undefined, '/', ping, { timeoutMs: 20 });
    await assert.rejects(late, (error: DBusError) => error.code === TIMED_OUT);
    const abort = new AbortController();
    const given = connection.ask(undefined, '/', ping, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(given, /enough/);
    peer.write(Buffer.concat([1, 2].map((replySerial) => message(RETURN, { replySerial }))));
    const next = connection.ask(undefined, '/', ping);
    await calls(3);
    peer.write(message(RETURN, { replySerial: 3 }));
    assert.equal((await next).done, true);
  });

  it('answers nobody who was abandoned', async () => {
    await open();
    const owner = {};
    let answered = 0;
    connection.call(undefined, '/', ping, () => (answered += 1), owner);
    connection.abandon(owner);
    const other = connection.ask(undefined, '/', ping);
    await calls(2);
    peer.write(Buffer.concat([1, 2].map((replySerial) => message(RETURN, { replySerial }))));
    await other;
    assert.equal(answered, 0);
  });

  it('tells of its loss once, after every open call was rejected, and refuses calls from then on', async () => {
    await open();
    const order: string[] = [];
    connection.onLost((error) => order.push(`lost ${error.code}`));
    const answer = connection.ask(undefined, '/', ping).catch((error: unknown) => order.push(codeOf(error)));
    await calls(1);
    peer.destroy();
    await answer;
    await assert.rejects(
      connection.ask(undefined, '/', ping),
      (error: DBusError) => error.code === DISCONNECTED,
    );
    assert.deepEqual(order.sort(), [`lost ${DISCONNECTED}`, DISCONNECTED].sort());
  });

  it('passes signals on, and survives an unknown kind of message', async () => {
    await open();
    const heard: string[] = [];
    const two = new Promise<void>((resolve) => {
      connection.onSignal(({ member, sender }) => {
        heard.push(`${sender} ${member}`);
        if (heard.length === 2) resolve();
      });
    });
    const one = (member: string): Buffer =>
      message(SIGNAL, { path: '/', interface: 'i', member, sender: ':1.1' });
    peer.write(Buffer.concat([one('First'), message(9, { sender: ':1.2' }), one('Second')]));
    await two;
    assert.deepEqual(heard, [':1.1 First', ':1.1 Second']);
  });
});

function codeOf(error: unknown): string {
  return error instanceof DBusError ? error.code : String(error);
}

/** Whole method calls in what a peer received. */
function collectCalls(bytes: Buffer): number {
  let count = 0;
  new MessageStream(() => (count += 1)).push(Buffer.from(bytes));
  return count;
}
