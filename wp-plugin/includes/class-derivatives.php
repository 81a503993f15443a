<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Stores the pictures that the media workers made for the website beside their original, as further sizes of the
 * attachment: themes find them by name, and WordPress deletes them with it.
 */
final class Derivatives
{
    public const FEATURED = 'tayang_featured';
    public const THUMB = 'tayang_thumb';
    private const MAX_BYTES = 8_000_000;
    private const ENDINGS = ['image/jpeg' => 'jpg', 'image/png' => 'png', 'image/webp' => 'webp'];

    public function __construct(private readonly Content $content)
    {
    }

    /**
     * All files or none. Returns how many are listed.
     *
     * @param array<int, array<string, mixed>> $files name, width, height, mime, sha256, data_base64
     */
    public function store(int $attachment_id, string $original_sha256, array $files): int|\WP_Error
    {
        $original = wp_attachment_is_image($attachment_id) ? Content::original_file($attachment_id) : '';
        if ($original === '') {
            return self::refused('tayang_no_post', __('There is no such picture here.', 'tayang'), 404);
        }
        if (!hash_equals($this->content->original_sha256($attachment_id), $original_sha256)) {
            return self::refused('tayang_image_changed', __('The picture was replaced since.', 'tayang'), 409);
        }
        $checked = [];
        foreach ($files as $file) {
            $bytes = self::checked_bytes($file);
            if (is_wp_error($bytes)) {
                return $bytes;
            }
            $checked[] = [$file, $bytes];
        }
        $metadata = wp_get_attachment_metadata($attachment_id, true);
        $metadata = is_array($metadata) ? $metadata : [];
        foreach ($checked as [$file, $bytes]) {
            $name = self::write($attachment_id, $file, $bytes);
            if (is_wp_error($name)) {
                return $name;
            }
            $metadata['sizes'][$file['name']] = [
                'file' => $name, 'width' => (int) $file['width'], 'height' => (int) $file['height'],
                'mime-type' => $file['mime'], 'filesize' => strlen($bytes),
            ];
        }
        wp_update_attachment_metadata($attachment_id, $metadata);
        return count($checked);
    }

    /** @param array<string, mixed> $file */
    private static function checked_bytes(array $file): string|\WP_Error
    {
        $bytes = base64_decode((string) ($file['data_base64'] ?? ''), true);
        $size = $bytes ? @getimagesizefromstring($bytes) : false;
        $is_right = $size && strlen($bytes) <= self::MAX_BYTES
            && in_array($file['name'] ?? '', [self::FEATURED, self::THUMB], true)
            && isset(self::ENDINGS[$file['mime'] ?? '']) && $size['mime'] === $file['mime']
            && $size[0] === (int) ($file['width'] ?? 0) && $size[1] === (int) ($file['height'] ?? 0)
            && hash_equals(hash('sha256', $bytes), (string) ($file['sha256'] ?? ''));
        return $is_right ? $bytes : self::refused(
            'malformed',
            /* translators: %s: name of a file */
            sprintf(__('The file “%s” is not what its description says.', 'tayang'), (string) ($file['name'] ?? '')),
            422
        );
    }

    /**
     * Beside the file that WordPress serves, since sizes are looked for there. Written whole, then moved into place.
     *
     * @param array<string, mixed> $file
     */
    private static function write(int $attachment_id, array $file, string $bytes): string|\WP_Error
    {
        $served = (string) get_attached_file($attachment_id);
        $stem = preg_replace('/-scaled$/', '', pathinfo($served, PATHINFO_FILENAME));
        $name = sprintf('%s-%s.%s', $stem, str_replace('_', '-', $file['name']), self::ENDINGS[$file['mime']]);
        $path = dirname($served) . '/' . $name;
        $part = $path . '.' . wp_generate_password(8, false) . '.part';
        if (file_put_contents($part, $bytes) !== strlen($bytes) || !rename($part, $path)) {
            return self::refused('tayang_not_stored', __('The server could not write the file.', 'tayang'), 500);
        }
        return $name;
    }

    private static function refused(string $code, string $message, int $status): \WP_Error
    {
        return new \WP_Error($code, $message, ['status' => $status]);
    }
}
