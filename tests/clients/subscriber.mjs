/**
 * Listens to a WebSocket with the package ws: stdin says where, with which token and what to subscribe to; each message
 * is a line of stdout. It ends after a while, so that who waits for a message does not wait for ever.
 */
import { text } from 'node:stream/consumers';

import WebSocket from 'ws';

const { address, token, subscribe, seconds } = JSON.parse(await text(process.stdin));
const socket = new WebSocket(address, { headers: { Authorization: `Bearer ${token}` } });

socket.on('open', () => subscribe && socket.send(JSON.stringify(subscribe)));
socket.on('message', (data) => process.stdout.write(`${data}\n`));
socket.on('error', (error) => process.stderr.write(`${error}\n`));
socket.on('close', () => process.exit());
setTimeout(() => process.exit(1), seconds * 1000);
