// The pages for people: the list of desktops, one desktop's screen, and the way in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { DeskreelError } from '../../protocol/errors.ts';
import { setCookie } from '../access/cookies.ts';
import { packageRoot } from '../package-root.ts';
import { checkReach } from './access.ts';
import { desktopOf, principalOf, type HttpParts } from './context.ts';
import { noVncRoot } from './novnc.ts';
import { publicError } from './error-reply.ts';

const SEE_OTHER = 303;
/**
 * Nothing from elsewhere, in no frame of another page; noVNC sets styles of its own elements.
 * Not `no-referrer`: with it a browser sends `Origin: null` along with the form of our own page.
 */
export const SAFE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

export function safeHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set(SAFE_HEADERS);
  next();
}

/** Before the key check: the link printed at start, and the form for those who come without it. */
export function loginRoutes(app: Express, parts: HttpParts): void {
  app.get('/login', (request, response) => {
    response.set('Cache-Control', 'no-store');
    if (request.query['token'] === undefined) sendForm(response, request.query['next']);
    else logIn(parts, response, request.query['token'], request.query['next']);
  });
  app.post('/login', express.urlencoded({ extended: false }), (request, response) => {
    const form = request.body as Record<string, unknown>;
    logIn(parts, response, form['token'], form['next']);
  });
}

/** Sets the cookie and goes on to a page of this server, under an address without the token. */
function logIn(parts: HttpParts, response: Response, token: unknown, next: unknown): void {
  if (typeof token !== 'string' || !parts.authenticator.isToken(token.trim())) {
    throw new DeskreelError('unauthorized', 'the token is not this server’s');
  }
  const { cookieName, cookie } = parts.authenticator;
  response.set('Set-Cookie', setCookie(cookieName, cookie));
  response.redirect(SEE_OTHER, localPath(next));
}

/** Only a path of this server; `//elsewhere` and `/\elsewhere` lead away. */
function localPath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
}

export function pageRoutes(app: Express, parts: HttpParts): void {
  const forServer = (_request: Request, response: Response, next: NextFunction): void => {
    checkReach(principalOf(response), 'server');
    next();
  };
  app.get('/', forServer, (_request, response) => response.sendFile(page('index.html')));
  app.get('/view/:id', forServer, (request, response) => {
    desktopOf(parts, request);
    response.sendFile(page('view.html'));
  });
  app.use('/assets', forServer, express.static(page('assets'), { index: false }));
  app.use('/novnc', forServer, express.static(noVncRoot(), { index: false, maxAge: '1h' }));
}

/** A person without a key gets the form instead of JSON; the status stays. */
export function loginPage(thrown: unknown, request: Request, response: Response, next: NextFunction): void {
  const error = publicError(thrown);
  const forPerson = request.method !== 'HEAD' && request.accepts(['json', 'html']) === 'html';
  if (error.code !== 'unauthorized' || !forPerson) next(thrown);
  else sendForm(response.status(error.status).set('Cache-Control', 'no-store'), request.originalUrl);
}

/** The form goes on to the page that was wanted. */
function sendForm(response: Response, next: unknown): void {
  const form = readFileSync(page('login.html'), 'utf8');
  response.type('html').send(form.replace('{{next}}', () => escapeHtml(localPath(next))));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(name: string): string {
  return join(packageRoot(), 'web', name);
}
