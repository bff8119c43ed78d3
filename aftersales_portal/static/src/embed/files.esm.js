import {fill, make, setError} from "./dom.esm";

const MEGABYTE = 1024 * 1024;

function formatSize(bytes, lang) {
    const size = Math.max(bytes / MEGABYTE, 0.1);
    return `${size.toLocaleString(lang, {maximumFractionDigits: 1})} MB`;
}

/** Files to send: chosen, dropped or photographed; what cannot be sent is told at once. */
export class Files {
    constructor(form, onChange) {
        Object.assign(this, {
            form,
            onChange,
            files: [],
            id: "field-files",
            isHidden: false,
        });
        const {texts, limits} = form;
        const hasTouch = navigator.maxTouchPoints > 0;
        this.input = make("input", {
            accept: limits.accept,
            "aria-describedby": "field-files-help",
            change: () => this.take(this.input),
            id: this.id,
            multiple: true,
            name: "files",
            type: "file",
        });
        const photo = make("input", {
            accept: "image/*",
            capture: "environment",
            change: () => this.take(photo),
            hidden: true,
            type: "file",
        });
        this.list = make("ul", {class: "files"});
        this.told = make("p", {class: "told", role: "status"});
        this.drop = make(
            "div",
            {
                class: "drop",
                dragleave: () => this.drop.classList.remove("over"),
                dragover: (event) => {
                    event.preventDefault();
                    this.drop.classList.add("over");
                },
                drop: (event) => {
                    event.preventDefault();
                    this.drop.classList.remove("over");
                    this.add(event.dataTransfer.files);
                },
            },
            this.input,
            // Browsers say theirs in their own language, and "no file" beside the list.
            make("label", {class: "button", for: this.id}, texts.choose_files),
            hasTouch &&
                make(
                    "button",
                    {class: "light", click: () => photo.click(), type: "button"},
                    texts.photo
                ),
            photo,
            !hasTouch && make("span", {class: "hint"}, texts.drop)
        );
        this.element = make(
            "div",
            {class: "question"},
            make("label", {class: "label", for: this.id}, texts.files),
            this.drop,
            this.list,
            make(
                "p",
                {class: "help", id: "field-files-help"},
                fill(texts.files_help, limits)
            ),
            this.told
        );
    }

    take(input) {
        this.add(input.files);
        // The list says what is sent: the field is there to choose more.
        input.value = "";
    }

    add(files) {
        const refused = [];
        for (const file of files) {
            const reason = this.judge(file);
            if (reason) {
                refused.push(fill(reason, {name: file.name, ...this.form.limits}));
            } else {
                this.files.push(file);
            }
        }
        this.show();
        this.setError(refused.join(" "));
        this.onChange();
    }

    /** Return why a file cannot be sent, or nothing. */
    judge(file) {
        const {texts, limits} = this.form;
        const ending = file.name.split(".").pop().toLowerCase();
        if (!limits.endings.includes(ending)) {
            return texts.file_kind;
        }
        if (!file.size) {
            return texts.file_empty;
        }
        if (file.size > limits.megabytes_each * MEGABYTE) {
            return texts.file_size;
        }
        if (this.files.length >= limits.files) {
            return texts.file_many;
        }
        // Room for what else is sent.
        const total = this.files.reduce((sum, one) => sum + one.size, file.size);
        return total > limits.megabytes * MEGABYTE - 65536 ? texts.file_total : "";
    }

    show() {
        const {lang, texts} = this.form;
        const items = this.files.map((file) =>
            make(
                "li",
                {},
                make("span", {class: "name"}, file.name),
                make("span", {class: "size"}, formatSize(file.size, lang)),
                make(
                    "button",
                    {
                        "aria-label": fill(texts.leave_out, file.name),
                        class: "light",
                        click: () => this.remove(file),
                        type: "button",
                    },
                    "\u00d7"
                )
            )
        );
        this.list.replaceChildren(...items);
    }

    remove(file) {
        this.files = this.files.filter((one) => one !== file);
        this.show();
        this.setError("");
        this.told.textContent = fill(this.form.texts.left_out, file.name);
        this.onChange();
        this.focus();
    }

    setError(text) {
        setError(this.element, this.id, text);
        this.told.textContent = text ? "" : this.told.textContent;
    }

    focus() {
        this.input.focus();
    }
}
