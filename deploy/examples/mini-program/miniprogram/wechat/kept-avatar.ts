const storageKey = 'avatar';

/** The picture that the user chose on this phone; '' where there is none. */
export function getKeptAvatar(): string {
  return wx.getStorageSync<string>(storageKey);
}

/**
 * Keeps a chosen picture: what chooseAvatar gives is a temporary file, which is gone when the mini-program is opened again.
 * One that cannot be kept is shown until then.
 * https://developers.weixin.qq.com/miniprogram/dev/api/file/FileSystemManager.saveFile.html
 */
export function keepAvatar(tempFilePath: string): void {
  wx.getFileSystemManager().saveFile({
    tempFilePath,
    success: ({ savedFilePath }) => {
      forgetAvatar();
      wx.setStorageSync(storageKey, savedFilePath);
    },
  });
}

/** The user leaves, or has chosen another one. */
export function forgetAvatar(): void {
  const filePath = getKeptAvatar();
  wx.removeStorageSync(storageKey);
  if (filePath !== '') wx.getFileSystemManager().removeSavedFile({ filePath });
}
