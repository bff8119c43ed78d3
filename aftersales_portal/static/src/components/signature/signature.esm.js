import {Component, onMounted, onWillUnmount, useRef, useState} from "@odoo/owl";
import {NameAndSignature} from "@web/core/signature/name_and_signature";
import {registry} from "@web/core/registry";

// Core draws at the width of the page, which may be wider than a signature may be.
const WIDEST = 1000;

/**
 * The drawn signature of a form: sent along as a PNG when something was drawn. Without
 * it, and without scripts, the name that was typed is the signature.
 */
export class PortalSignature extends Component {
    static template = "aftersales_portal.Signature";
    static components = {NameAndSignature};
    static props = {image: {type: String, optional: true}};

    setup() {
        this.root = useRef("root");
        this.input = useRef("input");
        this.signature = useState({
            name: "",
            isSignatureEmpty: true,
            // Drawn before the form came back with mistakes.
            signatureImage:
                this.props.image && `data:image/png;base64,${this.props.image}`,
            getSignatureImage: () => "",
            resetSignature: () => undefined,
        });
        const fill = () => this.fill();
        let form = null;
        onMounted(() => {
            form = this.root.el.closest("form");
            form?.addEventListener("submit", fill, {capture: true});
        });
        onWillUnmount(() => form?.removeEventListener("submit", fill, {capture: true}));
    }

    fill() {
        this.input.el.value = this.signature.isSignatureEmpty ? "" : this.getDrawing();
    }

    getDrawing() {
        const canvas = this.root.el.querySelector("canvas");
        if (canvas.width <= WIDEST) {
            return this.signature.getSignatureImage().split(",")[1];
        }
        const smaller = document.createElement("canvas");
        smaller.width = WIDEST;
        smaller.height = Math.round((canvas.height * WIDEST) / canvas.width);
        const context = smaller.getContext("2d");
        context.drawImage(canvas, 0, 0, smaller.width, smaller.height);
        return smaller.toDataURL().split(",")[1];
    }
}

registry
    .category("public_components")
    .add("aftersales_portal.signature", PortalSignature);
