/**
 * Do something once what was changed is drawn: Owl draws in the browser's next frame,
 * and a timeout alone may come before that.
 *
 * @param {Function} action
 */
export function afterDrawing(action) {
    requestAnimationFrame(() => setTimeout(action));
}
