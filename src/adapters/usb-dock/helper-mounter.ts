import { HelperLine } from './helper-line.ts';
import type { Mounted, Mounter, MountRequest, MtpRequest, RemountMode } from './mounter.ts';

/** Has the mount helper do what needs the rights of root. */
export class HelperMounter implements Mounter {
  readonly #line: HelperLine;

  constructor(options: { readonly socketPath: string }) {
    this.#line = new HelperLine(options);
  }

  async mount({ device, utcOffsetMinutes }: MountRequest): Promise<Mounted> {
    return (await this.#line.ask({ do: 'mount', device, utcOffsetMinutes })) as Mounted;
  }

  async mountMtp({ busNumber, deviceNumber }: MtpRequest): Promise<Mounted> {
    return (await this.#line.ask({ do: 'mountMtp', busNumber, deviceNumber })) as Mounted;
  }

  async remount(path: string, mode: RemountMode): Promise<void> {
    await this.#line.ask({ do: 'remount', path, mode });
  }

  async unmount(path: string): Promise<void> {
    await this.#line.ask({ do: 'unmount', path });
  }

  async unmountAll(): Promise<number> {
    return (await this.#line.ask({ do: 'unmountAll' })) as number;
  }

  async powerOff(sysName: string): Promise<void> {
    await this.#line.ask({ do: 'powerOff', sysName });
  }
}
