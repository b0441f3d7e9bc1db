// The demonstration's county, started as a person starts it: `luodi demo` in a folder of its own, on ports that were free.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** A machine that builds and tests at once is slow. */
const PATIENCE = 120_000;

/** The program under test, and the one that serves a fork. */
const { LUODI, LUODI_FORK } = process.env;
if (!LUODI || !LUODI_FORK) throw new Error("no program is named; start these tests with tests/browser/run");

/** A port that nobody listens on, below those that systems hand out for outgoing connections. */
async function free_port() {
    const server = createServer();
    await new Promise((ready, failed) => server.once("error", failed).listen(0, "127.0.0.1", ready));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return Math.min(port, 60_000);
}

export class County {
    static async start() {
        const folder = await mkdtemp(join(tmpdir(), "luodi-county-"));
        // It needs ports in a row, and another program may hold one of them.
        for (let tries = 0; tries < 5; tries++) {
            const county = new County();
            if (await county.#began(folder, await free_port())) return county;
            await rm(join(folder, "demo"), { recursive: true, force: true });
        }
        throw new Error("the demonstration starts on none of five choices of ports");
    }

    async #began(folder, port) {
        this.folder = folder;
        this.site = `http://127.0.0.1:${port}`;
        this.said = [];
        this.process = spawn(LUODI, ["--lang", "en", "demo", "--dir", join(folder, "demo"), "--port", String(port)], {
            cwd: folder,
            stdio: ["ignore", "pipe", "inherit"],
        });
        const lines = createInterface({ input: this.process.stdout });
        const timer = setTimeout(() => this.process.kill(), PATIENCE);
        for await (const line of lines) {
            this.said.push(line.trim());
            if (line.includes("Ctrl-C ends it")) {
                clearTimeout(timer);
                return true;
            }
        }
        clearTimeout(timer);
        return false;
    }

    /** The path at the end of a line that it printed. */
    path(part) {
        const line = this.#line(part);
        return line.slice(line.indexOf("/matter/"));
    }

    #line(part) {
        const line = this.said.find((line) => line.includes(part));
        if (!line) throw new Error(`it never said ${part}: ${this.said.join("\n")}`);
        return line;
    }

    /** Runs a line that it printed, as a person would who copies it, with more arguments. */
    run(part, ...more) {
        const [program, ...words] = this.#line(part).split(/\s+/);
        return promisify(execFile)(program, [...words, ...more], { cwd: this.folder });
    }

    /** The rows of the list of all matters. */
    async matters() {
        return (await fetch(`${this.site}/search.json`)).json();
    }

    /** Ends it as `kill` does, and clears its folder away. */
    async stop() {
        const ended = new Promise((ended) => this.process.once("exit", ended));
        this.process.kill();
        const status = await ended;
        await rm(this.folder, { recursive: true, force: true });
        return status;
    }
}

/** A county of the explorer's own tests, one of whose logs showed two histories. */
export class Forked {
    static async start() {
        const forked = new Forked();
        forked.process = spawn(LUODI_FORK, [], { stdio: ["ignore", "pipe", "inherit"] });
        for await (const line of createInterface({ input: forked.process.stdout })) {
            forked.site = line.trim();
            return forked;
        }
        throw new Error("the forked county does not start");
    }

    async stop() {
        const ended = new Promise((ended) => this.process.once("exit", ended));
        this.process.kill();
        await ended;
    }
}
