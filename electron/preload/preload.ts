/**
 * The only script of ours that sees both Electron and the page. It tells the page where it runs, and passes on the
 * port that leads to the engine; the page gets no function that could be misused.
 */
import { contextBridge, ipcRenderer } from 'electron';

contextBridge.exposeInMainWorld('sluice', { host: 'electron', platform: process.platform });

// The origin is named, so that a page that has replaced ours in this frame does not get the port.
ipcRenderer.on('sluice:port', (event) => {
  window.postMessage('sluice:port', window.location.origin, [...event.ports]);
});

ipcRenderer.on('sluice:new-connection', () => {
  window.postMessage('sluice:new-connection', window.location.origin);
});

ipcRenderer.on('sluice:go', (_event, screen: unknown) => {
  window.postMessage({ type: 'sluice:go', screen }, window.location.origin);
});

// The page's own scripts have run by then, so somebody listens for the port.
window.addEventListener('load', () => ipcRenderer.send('sluice:connect'), { once: true });
