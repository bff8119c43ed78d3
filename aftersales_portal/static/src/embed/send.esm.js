/**
 * Return something nobody else has. Pages without https have no `randomUUID`.
 *
 * @returns {string}
 */
export function makeKey() {
    if (crypto.randomUUID) {
        return crypto.randomUUID();
    }
    const numbers = crypto.getRandomValues(new Uint32Array(4));
    return [...numbers].map((number) => number.toString(16)).join("-");
}

/**
 * Load what a form asks.
 *
 * @param {string} url of the channel
 * @param {string} type its code, if one was chosen
 * @param {string} lang of the page
 * @returns {object}
 */
export async function load(url, type, lang) {
    const query = type ? `?type=${encodeURIComponent(type)}` : "";
    const headers = lang ? {"Accept-Language": lang} : {};
    const answer = await fetch(`${url}/form${query}`, {credentials: "omit", headers});
    const content = await answer.json();
    if (!answer.ok) {
        throw Object.assign(new Error(content.code), content);
    }
    return {...content, start: answer.headers.get("Aftersales-Start")};
}

/**
 * Send a report; say meanwhile how far it is.
 *
 * @param {string} url of the channel
 * @param {FormData} body
 * @param {object} headers
 * @param {Function} onProgress is told a number of 0 to 1
 * @returns {Promise<{status: number, content: object}>} refused without connection
 */
export function send(url, body, headers, onProgress) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", `${url}/cases`);
        for (const [name, value] of Object.entries(headers)) {
            request.setRequestHeader(name, value);
        }
        request.upload.addEventListener("progress", (event) => {
            onProgress(event.lengthComputable ? event.loaded / event.total : 0);
        });
        for (const name of ["error", "abort", "timeout"]) {
            request.addEventListener(name, () => reject(new Error(name)));
        }
        request.addEventListener("load", () => {
            try {
                const content = JSON.parse(request.responseText);
                resolve({status: request.status, content});
            } catch (error) {
                reject(error);
            }
        });
        request.send(body);
    });
}
