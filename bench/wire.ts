// The least that speaks to a desktop: what is measured is the server, not a client library.
import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Answer {
  readonly id: number;
  readonly success: boolean;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Wire {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async open(url: string, token: string): Promise<Wire> {
    const socket = new WebSocket(url, {
      headers: { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    return new Wire(socket);
  }

  async ask(command: string, params: Record<string, unknown> = {}): Promise<unknown> {
    const id = (this.#last += 1);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, command, params }));
    const answer = await answered;
    if (!answer.success) throw new Error(`${command}: ${answer.error?.message ?? 'failed'}`);
    return answer.result;
  }

  close(): void {
    this.#socket.close();
  }
}
