import {getGate, passGate} from "./gate.esm";
import {UncaughtPromiseError} from "@web/core/errors/error_service";
import {registry} from "@web/core/registry";

/**
 * Answer a refused move with the small form, whichever view or button asked for it.
 *
 * @param {object} env
 * @param {Error} error
 * @param {Error} originalError
 * @returns {boolean} whether the error is dealt with
 */
export function gateErrorHandler(env, error, originalError) {
    const gate = error instanceof UncaughtPromiseError && getGate(originalError);
    if (!gate) {
        return false;
    }
    error.unhandledRejectionEvent.preventDefault();
    passGate(env, gate).then((outcome) => {
        if (Object.values(outcome).some(Boolean)) {
            env.services.action.doAction("soft_reload");
        }
    });
    return true;
}

// Before core's handler of server errors, which is number 97.
registry
    .category("error_handlers")
    .add("aftersales_case.gate", gateErrorHandler, {sequence: 90});
